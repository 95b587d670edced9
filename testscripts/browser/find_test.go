package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// command makes a step of a protocol command whose answer says nothing.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// find returns the one element with a role and a name, both as a screen reader
// has them. Where no name is equal, a part of a name is enough.
func find(ctx context.Context, role, name string) (cdp.BackendNodeID, error) {
	document, err := chromedp.Run(ctx, chromedp.Evaluate[*runtime.RemoteObject]("document"))
	if err != nil {
		return 0, err
	}
	found, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: document.ObjectID, Role: role})
	if err != nil {
		return 0, err
	}
	var equal, part []cdp.BackendNodeID
	var names []string
	for _, node := range found.Nodes {
		if node.Ignored || node.Name == nil {
			continue
		}
		var its string
		if err := json.Unmarshal(node.Name.Value, &its); err != nil {
			return 0, err
		}
		names = append(names, its)
		if its == name {
			equal = append(equal, node.BackendDOMNodeID)
		}
		if strings.Contains(its, name) {
			part = append(part, node.BackendDOMNodeID)
		}
	}
	if len(equal) == 1 {
		return equal[0], nil
	}
	if len(equal) == 0 && len(part) == 1 {
		return part[0], nil
	}
	return 0, fmt.Errorf("%d are called %q of %q", max(len(equal), len(part)), name, names)
}

// within calls a function of the page on an element, as this.
func within[T any](ctx context.Context, id cdp.BackendNodeID, function string, args ...any) (T, error) {
	var zero T
	node, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: id})
	if err != nil {
		return zero, err
	}
	return chromedp.Run(ctx, chromedp.CallFunctionOn[T](function, func(p *runtime.CallFunctionOnParams) { p.ObjectID = node.Object.ObjectID }, args...))
}

// with waits for an element and calls a function of the page on it, until that
// returns something.
func with[T any](p *page, role, name, function string, args ...any) T {
	p.t.Helper()
	var result *T
	p.until(fmt.Sprintf("the %s %q", role, name), func(ctx context.Context) (bool, error) {
		id, err := find(ctx, role, name)
		if err == nil {
			result, err = within[*T](ctx, id, function, args...)
		}
		return err == nil && result != nil, err
	})
	return *result
}

type point struct{ X, Y float64 }

// aim returns where to click an element: a place of it that nothing covers. What
// comes to lie there before the mouse is pressed does not hear of it.
const aim = `function () {
	if (this.disabled) return null;
	this.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
	const box = this.getClientRects()[0];
	if (!box) return null;
	const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
	const meant = (at) => at !== null && (this.contains(at) || at.closest("label")?.control === this);
	if (!meant(document.elementFromPoint(x, y))) return null;
	let met = false;
	const judge = (event) => {
		if (event.type === "pointerdown") met = meant(event.target);
		if (!met) {
			event.stopImmediatePropagation();
			event.preventDefault();
		}
	};
	const kinds = ["pointerdown", "mousedown", "pointerup", "mouseup", "click"];
	for (const kind of kinds) addEventListener(kind, judge, true);
	this.whetherMet = () => {
		for (const kind of kinds) removeEventListener(kind, judge, true);
		return met;
	};
	return { X: x, Y: y };
}`

// click presses the mouse on an element, once it can be pressed; again, if the
// page has moved it away meanwhile.
func (p *page) click(role, name string) {
	p.t.Helper()
	p.until(fmt.Sprintf("a click on the %s %q", role, name), func(ctx context.Context) (bool, error) {
		id, err := find(ctx, role, name)
		if err != nil {
			return false, err
		}
		at, err := within[*point](ctx, id, aim)
		if err != nil || at == nil {
			return false, err
		}
		if err := chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y)); err != nil {
			return false, err
		}
		met, err := within[bool](ctx, id, "function () { return this.whetherMet() }")
		return met || err != nil, nil // with an error the page is gone, which the click has done
	})
}

// has waits for an element to be there.
func (p *page) has(role, name string) {
	p.t.Helper()
	with[bool](p, role, name, "function () { return true }")
}

// fill types a text into a field in place of what is there.
func (p *page) fill(role, name, text string) {
	p.t.Helper()
	with[bool](p, role, name, "function () { this.focus(); this.select(); return document.activeElement === this }")
	p.do(command(input.InsertText, input.InsertTextParams{Text: text}))
}

// choose takes an option of a list, by its text, once it can be changed.
func (p *page) choose(name, option string) {
	p.t.Helper()
	with[bool](p, "combobox", name, `function (text) {
		const option = [...this.options].find((option) => option.text.includes(text));
		if (!option || this.disabled) return null;
		this.value = option.value;
		this.dispatchEvent(new Event("input", { bubbles: true }));
		this.dispatchEvent(new Event("change", { bubbles: true }));
		return true;
	}`, option)
}

// key is what a keyboard sends for one of its keys.
type key struct {
	name, code, text string
	number           int64
}

var (
	tab        = key{"Tab", "Tab", "", 9}
	enter      = key{"Enter", "Enter", "\r", 13}
	escape     = key{"Escape", "Escape", "", 27}
	space      = key{" ", "Space", " ", 32}
	arrowRight = key{"ArrowRight", "ArrowRight", "", 39}
	slash      = key{"/", "Slash", "/", 191}
)

// press presses keys, one after the other. The library's own sends the text of
// a key even where the page has taken the key for itself.
func (p *page) press(keys ...key) {
	p.t.Helper()
	for _, k := range keys {
		down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: k.name, Code: k.code, Text: k.text, WindowsVirtualKeyCode: k.number}
		if k.text == "" {
			down.Type = input.DispatchKeyEventTypeRawKeyDown
		}
		up := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: k.name, Code: k.code, WindowsVirtualKeyCode: k.number}
		p.do(command(input.DispatchKeyEvent, down), command(input.DispatchKeyEvent, up))
	}
}

// pressControl presses a key with Ctrl, which types nothing.
func (p *page) pressControl(k key) {
	p.t.Helper()
	event := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: k.name, Code: k.code, WindowsVirtualKeyCode: k.number, Modifiers: 2}
	p.do(command(input.DispatchKeyEvent, event))
	event.Type = input.DispatchKeyEventTypeKeyUp
	p.do(command(input.DispatchKeyEvent, event))
}

// tabTo goes on with the Tab key until an element has the focus.
func (p *page) tabTo(role, name string) {
	p.t.Helper()
	const most = 150
	for range most {
		id, err := find(p.ctx, role, name)
		if err == nil {
			focused, err := within[bool](p.ctx, id, "function () { return this === document.activeElement }")
			if err == nil && focused {
				return
			}
		}
		p.press(tab)
	}
	p.t.Fatalf("Tab does not come to the %s %q", role, name)
}

// clickIn presses a button of a dialog, where the page behind it has one of the
// same name.
func clickIn(dialog, button string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`[...document.querySelectorAll("dialog[open]")].find((one) => one.querySelector("h2").textContent === %q)
		.querySelectorAll("button").forEach((one) => one.textContent === %q && one.click())`, dialog, button))
}
