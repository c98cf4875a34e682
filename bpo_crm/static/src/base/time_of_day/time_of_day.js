const {DateTime, Info} = luxon;

const MINUTES = 60; // Of an hour

// Hours, minutes, and which half of the day: 14:30, 1430, 14h30, 2.30 pm, 2p.
const TIME = /^(\d{1,2}?)(?:[:.,h]?(\d{2}))?h?(?:([ap])\.?m?\.?)?$/;

/**
 * Read a time of the day as people write it.
 *
 * @param {string} text in the user's language; empty for any time
 * @returns {number} hours since midnight, 0 for any time
 * @throws {Error} for what is no time
 */
export function parseTimeOfDay(text) {
    const written = shorten(text);
    if (!written) {
        return 0;
    }
    const [, hour, minute, half] = written.match(TIME) || [];
    const hours = half ? toFullDay(Number(hour), half) : Number(hour);
    const minutes = Number(minute || 0);
    if (!(hours < 24 && minutes < MINUTES)) {
        throw new Error(`${text} is no time of the day`);
    }
    return hours + minutes / MINUTES;
}

/**
 * Write a time of the day in the user's language.
 *
 * @param {number} time hours since midnight, 0 for any time
 * @returns {string} empty for any time
 */
export function formatTimeOfDay(time) {
    if (!time) {
        return "";
    }
    const minutes = Math.round(time * MINUTES);
    const moment = DateTime.fromObject({
        hour: Math.floor(minutes / MINUTES),
        minute: minutes % MINUTES,
    });
    return moment.toLocaleString(DateTime.TIME_SIMPLE);
}

/** Without blanks, and with a or p for the halves of the day in any language. */
function shorten(text) {
    const written = squeeze(text);
    for (const [index, name] of Info.meridiems().map(squeeze).entries()) {
        if (written.startsWith(name) || written.endsWith(name)) {
            return written.replace(name, "") + "ap"[index];
        }
    }
    return written;
}

function squeeze(text) {
    return text.toLowerCase().replace(/\s/g, "");
}

function toFullDay(hour, half) {
    if (hour < 1 || hour > 12) {
        return NaN;
    }
    return (hour % 12) + (half === "p" ? 12 : 0);
}
