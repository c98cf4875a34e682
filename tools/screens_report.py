"""What is said of the times of the screens: in words, and in a picture."""

import html
import statistics

from .console import say

#: Of the picture, in pixels.
WIDTH = 760

PAGE = """<body style="margin: 0; font: 14px sans-serif; color: #222">
<div id="chart" style="width: {width}px; padding: 16px">
<h1 style="font-size: 17px; margin: 0 0 12px">{title}</h1>{rows}</div></body>"""

ROW = """<div style="margin-bottom: 10px"><b>{name}</b> – {ratio}{bars}</div>"""

BAR = """<div style="display: flex; align-items: center; height: 18px">
<span style="width: {length}px; height: 13px; background: {colour}"></span>
<span style="margin-left: 6px">{milliseconds:.0f} ms {side}</span></div>"""

#: Of the bars, the first side first.
COLOURS = ("#71639e", "#b8b8b8")


def tell(title, results):
    """Print the ratios, and where the time of each side goes.

    :param str title: of all of it.
    :param dict results: by what was done, for each of one or two sides the seconds of
        each call, by round.
    """
    say(title)
    for name, result in results.items():
        say(f"  {name}: {_tell_sides(_sum_up(result))}")
        for each, rounds in result.items():
            say(f"    {each}: {_tell_parts(rounds)}")


def tell_over(results, budget):
    """Print what costs more than it may.

    :param dict results: as of :func:`tell`; of each, the first side counts.
    :param int budget: in milliseconds.
    """
    sums = {
        name: next(iter(_sum_up(sides).values())) for name, sides in results.items()
    }
    over = [f"{name} {value:.0f}" for name, value in sums.items() if value > budget]
    say(f"  over {budget:,} ms: {', '.join(over) or 'nothing'}")


def draw(browser, path, title, results):
    """Save a picture of two bars for each thing that was done.

    :param browser: Playwright's.
    :param str path: of a PNG file.
    :param str title: above the picture.
    :param dict results: as of :func:`tell`.
    """
    sums = {name: _sum_up(result) for name, result in results.items()}
    longest = max(value for sides in sums.values() for value in sides.values())
    rows = "".join(_draw_row(name, sides, longest) for name, sides in sums.items())
    page = browser.new_page(viewport={"width": WIDTH + 32, "height": 600})
    page.set_content(PAGE.format(width=WIDTH, title=html.escape(title), rows=rows))
    page.locator("#chart").screenshot(path=path)
    page.close()


def _draw_row(name, sides, longest):
    first, second = sides.values()
    bars = "".join(
        BAR.format(
            length=max(1, round((WIDTH - 160) * value / longest)),
            colour=colour,
            milliseconds=value,
            side=html.escape(side),
        )
        for (side, value), colour in zip(sides.items(), COLOURS, strict=True)
    )
    return ROW.format(name=html.escape(name), ratio=f"{first / second:.2f}", bars=bars)


def _sum_up(result):
    """Return the milliseconds of each side, the median of its rounds."""
    return {
        side: 1000 * statistics.median(sum(seconds.values()) for seconds in rounds)
        for side, rounds in result.items()
    }


def _tell_sides(sums):
    """Return what something costs each side, and the ratio of two."""
    (side, first), *others = sums.items()
    compared = [
        f", {second:.0f} with {other}, ratio {first / second:.2f}"
        for other, second in others
    ]
    return "".join([f"{first:.0f} ms with {side}", *compared])


def _tell_parts(rounds):
    medians = {
        name: 1000 * statistics.median(seconds[name] for seconds in rounds)
        for name in rounds[0]
    }
    return ", ".join(f"{name} {value:.0f}" for name, value in medians.items())
