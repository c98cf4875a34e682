import {Domain} from "@web/core/domain";

/**
 * Return the domain of the rows of a group from which a figure was counted.
 *
 * @param {Array|string} domain of the group
 * @param {Object} [measure] the description of the field that is shown; none where
 *      rows are counted
 * @returns {Array}
 */
export function getCounted(domain, measure) {
    return Domain.and([domain, getHaving(measure)]).toList();
}

/** An amount may be 0 and count all the same; of what is counted, each row is one. */
function getHaving(measure) {
    if (measure?.aggregator === "avg") {
        return [[measure.name, "!=", false]];
    }
    const isNumber = measure?.type === "integer" && measure.aggregator === "sum";
    return isNumber ? [[measure.name, ">", 0]] : [];
}
