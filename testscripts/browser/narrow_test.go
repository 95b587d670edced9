package browser

import "testing"

// wide are the elements that stick out of the window, outside of what scrolls
// by itself.
const wide = `(() => {
	const inside = (element) => {
		const absolute = getComputedStyle(element).position === "absolute";
		for (let at = absolute ? element.offsetParent : element.parentElement; at; at = at.parentElement) {
			if (getComputedStyle(at).overflowX !== "visible") return true;
		}
		return false;
	};
	const width = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth <= width) return [];
	return [...document.body.querySelectorAll("*")]
		.filter((element) => element.getBoundingClientRect().right > width + 0.5 && !inside(element))
		.map((element) => element.outerHTML.slice(0, 160)).concat("scrolls sideways");
})()`

// AX6: each screen fits into a narrow window, also into that of a telephone or
// of a large magnification.
func TestNarrow(t *testing.T) {
	t.Parallel()
	s, _ := trained.use(t)
	for _, screen := range trained.screens() {
		t.Run(screen.name, func(t *testing.T) {
			p := visit(t, s, screen.view, look{width: 360, height: 740})
			p.see(screen.see...)
			for _, width := range []int64{360, 320} {
				p.show(look{width: width, height: 740})
				for _, element := range evaluate[[]string](p, wide) {
					t.Errorf("at %d pixels: %s", width, element)
				}
			}
		})
	}
}
