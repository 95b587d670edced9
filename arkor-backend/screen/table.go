package screen

// Table lays rows out in columns, of which the last may be as long as it likes.
// The first row is the heading; colour is asked for the cells of the others, the
// first of which is row 0.
func Table(rows [][]string, colour func(row, column int) string) []Line {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	lines := make([]Line, len(rows))
	for n, row := range rows {
		for i, cell := range row {
			p := Part{cell, Dim}
			if i < len(row)-1 {
				p.Text = Pad(cell, widths[i]+2)
			}
			if n > 0 {
				p.Colour = colour(n-1, i)
			}
			lines[n] = append(lines[n], p)
		}
	}
	return lines
}

// Entry is a line that says what something is.
func Entry(name, text, colour string) Line {
	return Line{{"  " + Pad(name, 14), Dim}, {text, colour}}
}
