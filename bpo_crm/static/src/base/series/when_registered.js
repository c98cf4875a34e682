/**
 * Call back with what is registered under a name, now or when it comes.
 *
 * For what stands in other files in the two series, and can therefore not be imported.
 *
 * @param {Registry} registry of a category.
 * @param {String} name
 * @param {Function} callback gets what is registered.
 */
export function whenRegistered(registry, name, callback) {
    if (registry.contains(name)) {
        callback(registry.get(name));
    }
    registry.addEventListener("UPDATE", ({detail: {operation, key, value}}) => {
        if (operation === "add" && key === name) {
            callback(value);
        }
    });
}
