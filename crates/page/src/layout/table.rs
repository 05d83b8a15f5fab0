//! Lays out tables: row heights from the cells, then fills, texts and lines.

use crate::style::{Fill, Stroke};
use crate::table::RowHeight;
use crate::tree::{Cell, Point, Rect, Table};
use thumbling_core::error::Result;

use super::flow::{Scale, Slab};
use super::{Item, Typesetter};

/// Positions of columns and rows, and the cell at each grid position.
struct Grid<'t> {
    table: &'t Table,
    /// Left edges of the columns, then the right edge of the last.
    columns: Vec<f32>,
    /// Top edges of the rows, then the bottom edge of the last.
    rows: Vec<f32>,
    cells: Vec<PlacedCell<'t>>,
}

/// A cell with the grid positions that it alone covers.
#[derive(Clone, Copy)]
struct PlacedCell<'t> {
    cell: &'t Cell,
    /// Its first row, and the row after its last.
    rows: (usize, usize),
    /// Its first column, and the column after its last.
    columns: (usize, usize),
}

impl<'t> PlacedCell<'t> {
    /// Places a cell of this row in a table of `rows` rows. `taken` has the first free row of each column. A cell that
    /// starts on another has no place, and one that meets another ends there, so that cells never overlap, whatever spans
    /// they declare.
    fn of(cell: &'t Cell, row: usize, rows: usize, taken: &mut [usize]) -> Option<Self> {
        let free = taken.get_mut(cell.column..)?;
        let span = free.iter().take(cell.column_span.max(1)).take_while(|taken| **taken <= row).count();
        let bottom = row.saturating_add(cell.row_span.max(1)).min(rows);
        free.iter_mut().take(span).for_each(|taken| *taken = bottom);
        (span > 0).then_some(Self { cell, rows: (row, bottom), columns: (cell.column, cell.column + span) })
    }

    fn covers(&self, row: usize, column: usize) -> bool {
        (self.rows.0..self.rows.1).contains(&row) && (self.columns.0..self.columns.1).contains(&column)
    }
}

impl Typesetter<'_> {
    /// The items of a table with its top left at `at`.
    pub fn table_items(&mut self, table: &Table, at: Point) -> Result<Vec<Item>> {
        let width = table.indent + table.columns.iter().sum::<f32>();
        let slabs = self.table(table, width, f32::MAX / 4.0, Scale::default())?;
        let mut items = Vec::new();
        for slab in slabs {
            for mut item in slab.items {
                item.shift(at.x, at.y + slab.top);
                items.push(item);
            }
        }
        Ok(items)
    }

    /// The rows of a table, one slab each. Rows joined by a spanning cell form one slab.
    pub(super) fn table(&mut self, table: &Table, width: f32, limit: f32, scale: Scale) -> Result<Vec<Slab>> {
        let grid = self.grid(table, limit, scale)?;
        let rows = grid.rows.len() - 1;
        if rows == 0 {
            return Ok(Vec::new());
        }
        let mut slabs: Vec<Slab> = (0..rows)
            .map(|row| Slab { top: grid.rows[row], height: grid.rows[row + 1] - grid.rows[row], ..Slab::default() })
            .collect();
        let left = if table.right_to_left { width - table.indent - grid.width() } else { table.indent };
        // Fills, then texts, then lines, for all rows: the fill of a cell must not cover the lines of its neighbour.
        for placed in &grid.cells {
            let area = grid.area(placed);
            if !matches!(placed.cell.fill, Fill::None) {
                let at = Rect::new(area.x + left, 0.0, area.width, area.height);
                slabs[placed.rows.0].items.push(Item::Fill(at, placed.cell.fill.clone()));
            }
        }
        for placed in &grid.cells {
            let area = grid.area(placed);
            let at = Rect::new(area.x + left, 0.0, area.width, area.height);
            let items = self.cell(&grid, placed, at)?;
            slabs[placed.rows.0].items.extend(items);
        }
        for (row, line) in grid.lines(left) {
            slabs[row.min(rows.saturating_sub(1))].items.push(line);
        }
        for slab in &mut slabs {
            (slab.left, slab.right) = (left, left + grid.width());
        }
        Ok(slabs)
    }

    fn cell(&mut self, grid: &Grid<'_>, placed: &PlacedCell<'_>, at: Rect) -> Result<Vec<Item>> {
        let (cell, (start, end)) = (placed.cell, placed.columns);
        if cell.body.blocks.is_empty() {
            return Ok(Vec::new());
        }
        if !(cell.spills && cell.body.clipped && !cell.body.wrap) {
            return self.body(&cell.body, at);
        }
        // Extend over empty cells on both sides.
        let free = |column: usize| !grid.is_taken(placed.rows.0, column);
        let first = (0..start).rev().take_while(|c| free(*c)).last().unwrap_or(start);
        let last = (end..grid.columns.len() - 1).take_while(|c| free(*c)).last().map_or(end, |c| c + 1);
        let shift = at.x - grid.left(placed.columns);
        let wide = Rect { x: grid.columns[first] + shift, width: grid.columns[last] - grid.columns[first], ..at };
        let unclipped = crate::tree::Body { clipped: false, ..cell.body.clone() };
        Ok(vec![Item::Clip(wide, self.body(&unclipped, at)?)])
    }

    fn grid<'t>(&mut self, table: &'t Table, limit: f32, scale: Scale) -> Result<Grid<'t>> {
        let mut columns = vec![0.0];
        let mut x = 0.0;
        for width in &table.columns {
            x += width.max(0.0);
            columns.push(x);
        }
        let mut heights: Vec<f32> = Vec::new();
        let mut spanning: Vec<(usize, usize, f32)> = Vec::new();
        let mut cells = Vec::new();
        let mut taken = vec![0; table.columns.len()];
        let mut y = 0.0;
        for (n, row) in table.rows.iter().enumerate() {
            self.check()?;
            // A row span from above still needs its rows.
            if y > limit {
                break;
            }
            let mut height: f32 = match row.height {
                RowHeight::Exact(pt) => pt,
                RowHeight::AtLeast(pt) => pt * scale.size,
            };
            for cell in &row.cells {
                let Some(placed) = PlacedCell::of(cell, n, table.rows.len(), &mut taken) else { continue };
                cells.push(placed);
                let width = columns[placed.columns.1] - columns[placed.columns.0];
                if matches!(row.height, RowHeight::AtLeast(_)) {
                    let needed = self.body_height(&cell.body, width, limit - y, scale)?;
                    match placed.rows.1 - 1 {
                        last if last == n => height = height.max(needed),
                        last => spanning.push((n, last, needed)),
                    }
                }
            }
            for (first, _, needed) in spanning.iter().filter(|(_, last, _)| *last == n) {
                let above: f32 = heights[*first..].iter().sum();
                height = height.max(needed - above);
            }
            heights.push(height.max(0.0));
            y += height;
        }
        let mut rows = vec![0.0];
        let mut y = 0.0;
        for height in heights {
            y += height;
            rows.push(y);
        }
        // Rows beyond the limit are dropped.
        cells.iter_mut().for_each(|placed| placed.rows.1 = placed.rows.1.min(rows.len() - 1));
        Ok(Grid { table, columns, rows, cells })
    }
}

impl<'t> Grid<'t> {
    fn width(&self) -> f32 {
        self.columns.last().copied().unwrap_or_default()
    }

    /// Left edge of a column as displayed.
    fn left(&self, (start, end): (usize, usize)) -> f32 {
        if self.table.right_to_left { self.width() - self.columns[end] } else { self.columns[start] }
    }

    fn area(&self, placed: &PlacedCell<'_>) -> Rect {
        let (start, end) = placed.columns;
        let (x, y) = (self.left(placed.columns), self.rows[placed.rows.0]);
        Rect::new(x, y, self.columns[end] - self.columns[start], self.rows[placed.rows.1] - y)
    }

    /// Whether a cell with content covers this position.
    fn is_taken(&self, row: usize, column: usize) -> bool {
        let has_content = |placed: &PlacedCell<'_>| !placed.cell.body.blocks.is_empty() || placed.cell.column_span > 1;
        self.cells.iter().any(|placed| placed.covers(row, column) && has_content(placed))
    }

    /// The lines of all cells, each with the row of its slab, in the coordinates of that slab.
    fn lines(&self, left: f32) -> Vec<(usize, Item)> {
        let (columns, rows) = (self.columns.len() - 1, self.rows.len() - 1);
        let gridlines = self.table.gridlines.as_ref();
        let mut across: Vec<Option<&'t Stroke>> = vec![gridlines; columns * (rows + 1)];
        let mut down: Vec<Option<&'t Stroke>> = vec![gridlines; (columns + 1) * rows];
        let mut found = Vec::new();
        for placed in &self.cells {
            let ((row, bottom), (column, right)) = (placed.rows, placed.columns);
            // No gridlines inside merged cells or over filled ones.
            let inner_rows = row + 1..bottom;
            inner_rows
                .flat_map(|r| (column..right).map(move |c| (r, c)))
                .for_each(|(r, c)| across[r * columns + c] = None);
            for r in row..bottom {
                (column + 1..right).for_each(|c| down[r * (columns + 1) + c] = None);
            }
            if !matches!(placed.cell.fill, Fill::None) && gridlines.is_some() {
                let grid = |line: &mut Option<&Stroke>| {
                    if line.is_some_and(|l| Some(l.width) == gridlines.map(|g| g.width)) {
                        *line = None;
                    }
                };
                (column..right).for_each(|c| [row, bottom].iter().for_each(|r| grid(&mut across[r * columns + c])));
                (row..bottom).for_each(|r| [column, right].iter().for_each(|c| grid(&mut down[r * (columns + 1) + c])));
            }
        }
        let wider = |line: &mut Option<&'t Stroke>, other: &'t Option<Stroke>| {
            let is_grid = line.map(|l| l.width) == gridlines.map(|g| g.width);
            if let Some(other) = other
                && (is_grid || line.is_none_or(|l| l.width <= other.width))
            {
                *line = Some(other);
            }
        };
        for placed in &self.cells {
            let (cell, (row, bottom), (column, right)) = (placed.cell, placed.rows, placed.columns);
            for c in column..right {
                wider(&mut across[row * columns + c], &cell.borders.top);
                wider(&mut across[bottom * columns + c], &cell.borders.bottom);
            }
            let (start, end) = match self.table.right_to_left {
                true => (&cell.borders.right, &cell.borders.left),
                false => (&cell.borders.left, &cell.borders.right),
            };
            for r in row..bottom {
                wider(&mut down[r * (columns + 1) + column], start);
                wider(&mut down[r * (columns + 1) + right], end);
            }
            let area = self.area(placed);
            let corner = |x: f32, y: f32| Point { x: area.x + left + x, y };
            if let Some(stroke) = &cell.borders.down {
                found.push((row, Item::Line(corner(0.0, 0.0), corner(area.width, area.height), stroke.clone())));
            }
            if let Some(stroke) = &cell.borders.up {
                found.push((row, Item::Line(corner(0.0, area.height), corner(area.width, 0.0), stroke.clone())));
            }
        }
        let x =
            |c: usize| left + if self.table.right_to_left { self.width() - self.columns[c] } else { self.columns[c] };
        for r in 0..=rows {
            // The line below the last row belongs to the slab of the last row.
            let slab = r.min(rows.saturating_sub(1));
            let y = self.rows[r] - self.rows[slab];
            let same = |a: Option<&Stroke>, b: Option<&Stroke>| match (a, b) {
                (Some(a), Some(b)) => same_line(a, b),
                (None, None) => true,
                _ => false,
            };
            let mut c = 0;
            while c < columns {
                let mut end = c + 1;
                while end < columns && same(across[r * columns + c], across[r * columns + end]) {
                    end += 1;
                }
                if let Some(stroke) = across[r * columns + c] {
                    found.push((slab, Item::Line(Point { x: x(c), y }, Point { x: x(end), y }, stroke.clone())));
                }
                c = end;
            }
        }
        for c in 0..=columns {
            for r in 0..rows {
                if let Some(stroke) = down[r * (columns + 1) + c] {
                    let height = self.rows[r + 1] - self.rows[r];
                    found
                        .push((r, Item::Line(Point { x: x(c), y: 0.0 }, Point { x: x(c), y: height }, stroke.clone())));
                }
            }
        }
        found
    }
}

fn same_line(a: &Stroke, b: &Stroke) -> bool {
    let color = |s: &Stroke| if let Fill::Solid(color) = s.fill { Some(color) } else { None };
    a.width == b.width && color(a) == color(b) && a.dash == b.dash
}
