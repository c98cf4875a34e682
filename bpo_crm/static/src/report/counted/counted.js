import { Domain } from "@web/core/domain";

/**
 * Return the domain of the rows of a group from which a figure was counted.
 *
 * @param {Array|string} domain of the group
 * @param {Object} [measure] the description of the field that is shown; none where
 *      rows are counted
 * @returns {Array}
 */
export function getCounted(domain, measure) {
    const isAverage = measure?.aggregator === "avg";
    const counted = isAverage ? [[measure.name, "!=", false]] : [];
    return Domain.and([domain, counted]).toList();
}
