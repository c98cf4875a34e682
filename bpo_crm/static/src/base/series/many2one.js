/**
 * @param {Object|Array|Boolean} value of a many2one of a record: Odoo 19 has an object,
 *   18 a pair.
 * @returns {Number|Boolean} its id; false for none.
 */
export function getId(value) {
    return (Array.isArray(value) ? value[0] : value && value.id) || false;
}
