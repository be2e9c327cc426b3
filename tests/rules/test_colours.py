"""Bars stand out from the card that they are on, in light and in dark mode (WCAG 1.4.11)."""

import math
import re

import pytest

from tests.rules.source import BASE_DIR

pytestmark = pytest.mark.embedded

TOKENS = (BASE_DIR / "static/css/tokens.css").read_text()
KERN = (BASE_DIR / "node_modules/@kern-ux/native/dist/kern.css").read_text()
LEAST = 3


def luminance(name: str) -> float:
    """Return the relative luminance of a colour of KERN, which is written as OKLCH."""
    found = re.search(rf"--kern-color-{name}: *oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)", KERN)
    lightness, chroma, hue = float(found[1]) / 100, float(found[2]), math.radians(float(found[3]))
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("step", ["strong", "medium", "light"])
def test_bars_stand_out_from_their_card(step):
    light, *dark = re.findall(rf"--scale-{step}: var\(--kern-color-([\w-]+)\)", TOKENS)

    assert 1.05 / (luminance(light) + 0.05) >= LEAST
    assert len(dark) == 2
    for colour in dark:
        assert (luminance(colour) + 0.05) / (luminance("neutral-900") + 0.05) >= LEAST
