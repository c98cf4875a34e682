/** @type {import("prettier").Config} */
module.exports = {
    // By path, because the plugin lives in pre-commit's environment, not beside
    // this file.
    plugins: [require.resolve("@prettier/plugin-xml")],
    bracketSpacing: false,
    printWidth: 88,
    trailingComma: "es5",
    // White space in views and mail templates is content.
    xmlWhitespaceSensitivity: "preserve",
};
