//! Lays out tables: column widths, rows that break over pages, cells with stories of their own.

use std::collections::HashMap;

use crate::layout::Item;
use crate::table::RowHeight;
use crate::text::{Align, Anchor, TextDirection};
use crate::tree::{Cell as TreeCell, Row as TreeRow, Table as TreeTable};
use crate::tree::{Point, Rect};
use thumbling_core::error::Result;

use super::column::{Above, Column, Layers};
use super::engine::{ENDLESS, Engine, Outcome, Reason, Story};
use super::model::{Cell, Table};

/// Depth of tables whose rows break over pages. Each depth doubles the work.
const MAX_SPLIT_DEPTH: u32 = 4;
/// Depth of tables whose content is measured. Each depth multiplies the work by that of its rows.
const MAX_MEASURED_DEPTH: u32 = 1;
/// Most cells of which content is measured for column widths.
const MAX_MEASURED: usize = 400;

/// A cell whose content is laid out.
struct LaidCell<'b> {
    cell: &'b Cell,
    /// First row, relative to the first one placed.
    row: usize,
    x: f32,
    width: f32,
    story: Option<Story>,
}

impl Engine<'_, '_> {
    /// Places a table from row `from` on.
    pub(super) fn table(&mut self, column: &mut Column, table: &Table, from: usize) -> Result<Outcome> {
        let widths = self.widths(table, column.width)?;
        let edges = edges(&widths);
        let whole = edges.last().copied().unwrap_or(0.0);
        let mut left = match table.align {
            Align::Center => (column.width - whole) / 2.0,
            Align::End | Align::Right => column.width - whole,
            _ => table.indent,
        };
        if table.right_to_left {
            left = column.width - whole - left;
        }
        let left = column.left + left;
        let top = column.y + if column.above.is_paragraph { column.above.after } else { 0.0 };
        let mut cells: Vec<LaidCell<'_>> = Vec::new();
        let mut heights: Vec<f32> = Vec::new();
        // Cells over several rows: index, last row, needed height.
        let mut spanning: Vec<(usize, usize, f32)> = Vec::new();
        let (mut y, mut outcome) = (top, Outcome::Done);
        for (n, row) in table.rows.iter().enumerate().skip(from) {
            self.typesetter.check()?;
            let first = cells.len();
            let outer_notes = std::mem::take(&mut self.cell_notes);
            let mut height = match row.height {
                RowHeight::Exact(pt) | RowHeight::AtLeast(pt) => pt.max(0.0),
            };
            let is_exact = matches!(row.height, RowHeight::Exact(_));
            for cell in &row.cells {
                let start = cell.column.min(widths.len());
                let end = (cell.column + cell.column_span.max(1)).min(widths.len());
                if start >= end {
                    continue;
                }
                let x = if table.right_to_left { whole - edges[end] } else { edges[start] };
                let width = edges[end] - edges[start];
                let (story, needed) = self.cell(cell, width, height, is_exact)?;
                let laid = LaidCell { cell, row: n - from, x, width, story };
                let last = (n + cell.row_span.max(1) - 1).min(table.rows.len() - 1);
                if last > n {
                    spanning.push((n, last, needed));
                } else if !is_exact {
                    height = height.max(needed);
                }
                cells.push(laid);
            }
            for (start, _, needed) in spanning.iter().filter(|(_, last, _)| *last == n) {
                let above: f32 = heights[start - from..].iter().sum();
                if !is_exact {
                    height = height.max(needed - above);
                }
            }
            height += table.spacing;
            let notes = std::mem::replace(&mut self.cell_notes, outer_notes);
            let note_height: f32 = notes.iter().map(|(_, height)| height).sum();
            let limit = column.limit();
            if y + height + note_height > limit + 0.1 {
                let is_first = n == from;
                let space = limit - y;
                let splits = !row.is_whole && !is_exact && space > 12.0 && self.depth < MAX_SPLIT_DEPTH;
                let shown = splits && self.split(&mut cells[first..], space)?;
                if shown || (is_first && column.is_empty) {
                    heights.push(space.max(1.0).min(height));
                    outcome = Outcome::Rest(n + 1, Reason::Full);
                } else {
                    cells.truncate(first);
                    outcome = Outcome::Rest(n, Reason::Full);
                }
                break;
            }
            for (note, height) in notes {
                match column.has_notes {
                    true => column.add_note(note, height),
                    false => self.cell_notes.push((note, height)),
                }
            }
            heights.push(height);
            y += height;
        }
        if heights.is_empty() {
            return Ok(if table.rows.len() <= from { Outcome::Done } else { Outcome::Rest(from, Reason::Full) });
        }
        self.draw(column, table, (left, top), &widths, &heights, cells)?;
        column.y = top + heights.iter().sum::<f32>();
        column.is_empty = false;
        column.above = Above::default();
        column.widest = column.widest.max(left - column.left + whole);
        Ok(outcome)
    }

    /// Lays out a cell at the origin. Returns its story and the height that it needs.
    fn cell(&mut self, cell: &Cell, width: f32, row_height: f32, is_exact: bool) -> Result<(Option<Story>, f32)> {
        let insets = cell.insets;
        let around = insets.top + insets.bottom;
        if is_turned(cell.direction) {
            // The height is given, or that of the longest line.
            let needed = match row_height > around + 1.0 {
                true => row_height,
                false if is_exact => row_height,
                false => self.story(&cell.blocks, 0.0, ENDLESS, 0.0, self.longest())?.widest.min(400.0) + around + 0.5,
            };
            return Ok((None, needed));
        }
        let longest = self.longest();
        let story = self.story(&cell.blocks, 0.0, width - insets.left - insets.right, 0.0, longest)?;
        let needed = story.bottom + around;
        Ok((Some(story), needed))
    }

    /// Cuts the cells of a row to `space`; whether any of them shows something.
    fn split(&mut self, cells: &mut [LaidCell<'_>], space: f32) -> Result<bool> {
        let mut shows = false;
        for laid in cells {
            let insets = laid.cell.insets;
            if is_turned(laid.cell.direction) {
                continue;
            }
            let width = laid.width - insets.left - insets.right;
            let story = self.story(&laid.cell.blocks, 0.0, width, 0.0, space - insets.top - insets.bottom)?;
            shows |= !story.is_empty && story.bottom <= space + 0.5;
            laid.story = Some(story);
        }
        Ok(shows)
    }

    fn draw(
        &mut self,
        column: &mut Column,
        table: &Table,
        (left, top): (f32, f32),
        widths: &[f32],
        heights: &[f32],
        cells: Vec<LaidCell<'_>>,
    ) -> Result<()> {
        // Fills and lines are those of tables everywhere.
        let mut rows: Vec<TreeRow> =
            heights.iter().map(|h| TreeRow { height: RowHeight::Exact(*h), cells: Vec::new() }).collect();
        for LaidCell { cell, row, .. } in &cells {
            let frame = TreeCell {
                column: cell.column,
                column_span: cell.column_span,
                row_span: cell.row_span,
                fill: cell.fill.clone(),
                borders: cell.borders.clone(),
                ..TreeCell::default()
            };
            rows[*row].cells.push(frame);
        }
        let right_to_left = table.right_to_left;
        let frame = TreeTable { columns: widths.to_vec(), rows, right_to_left, ..TreeTable::default() };
        column.layers.text.extend(self.typesetter.table_items(&frame, Point { x: left, y: top })?);
        let mut tops = vec![top];
        for height in heights {
            tops.push(tops.last().copied().unwrap_or(top) + height);
        }
        for laid in cells {
            let cell = laid.cell;
            let bottom_row = (laid.row + cell.row_span.max(1)).min(heights.len());
            let area = Rect::new(left + laid.x, tops[laid.row], laid.width, tops[bottom_row] - tops[laid.row]);
            let content = area.inset(cell.insets);
            match laid.story {
                Some(story) => {
                    let spare = (content.height - story.bottom).max(0.0);
                    let dy = match cell.anchor {
                        Anchor::Top => 0.0,
                        Anchor::Middle => spare / 2.0,
                        Anchor::Bottom => spare,
                    };
                    let overflows = story.bottom > content.height + 1.0;
                    let mut layers = Layers::default();
                    layers.append(story.layers, content.x, content.y + dy);
                    if overflows {
                        let text = std::mem::take(&mut layers.text);
                        let room =
                            Rect { y: area.y, height: area.height, x: area.x - 200.0, width: area.width + 400.0 };
                        layers.text.push(Item::Clip(room, text));
                    }
                    column.layers.append(layers, 0.0, 0.0);
                }
                None => {
                    let items = self.boxed(&cell.blocks, content, cell.anchor, cell.direction)?;
                    column.layers.text.push(Item::Clip(area, items));
                }
            }
        }
        Ok(())
    }

    /// Widths of the columns.
    fn widths(&mut self, table: &Table, available: f32) -> Result<Vec<f32>> {
        if !table.fits_content || table.columns.is_empty() {
            return Ok(table.columns.clone());
        }
        if self.measuring >= MAX_MEASURED_DEPTH {
            let count = table.columns.len() as f32;
            return Ok(vec![(available / count).min(200.0); table.columns.len()]);
        }
        let notes = self.cell_notes.len();
        self.measuring += 1;
        let widths = self.measured(table, available);
        self.measuring -= 1;
        self.cell_notes.truncate(notes);
        widths
    }

    /// Widths that follow from the content.
    fn measured(&mut self, table: &Table, available: f32) -> Result<Vec<f32>> {
        let (mut widths, longest) = (table.columns.clone(), self.longest());
        // Narrowest and widest content of cells in one column.
        let (mut least, mut most): (HashMap<usize, f32>, HashMap<usize, f32>) = Default::default();
        let mut spans: Vec<(usize, usize, f32, f32)> = Vec::new();
        for cell in table.rows.iter().flat_map(|row| &row.cells).take(MAX_MEASURED) {
            self.typesetter.check()?;
            let around = cell.insets.left + cell.insets.right + 0.5;
            let (narrow, wide) = match is_turned(cell.direction) {
                true => (12.0, 14.0),
                false => (
                    self.story(&cell.blocks, 0.0, 1.0, 0.0, longest)?.widest,
                    self.story(&cell.blocks, 0.0, ENDLESS, 0.0, longest)?.widest,
                ),
            };
            let (narrow, wide) = (narrow + around, wide.max(narrow) + around);
            if cell.column_span <= 1 {
                let grow = |map: &mut HashMap<usize, f32>, by: f32| {
                    let known = map.entry(cell.column).or_default();
                    *known = known.max(by);
                };
                grow(&mut least, narrow);
                grow(&mut most, wide);
            } else {
                spans.push((cell.column, cell.column_span, narrow, wide));
            }
        }
        let count = widths.len();
        let mut least: Vec<f32> = (0..count).map(|n| least.get(&n).copied().unwrap_or(4.0)).collect();
        let mut most: Vec<f32> = (0..count).map(|n| most.get(&n).copied().unwrap_or(4.0)).collect();
        for (column, span, narrow, wide) in spans {
            let range = column.min(count)..(column + span).min(count);
            for (sizes, needed) in [(&mut least, narrow), (&mut most, wide)] {
                let missing = needed - sizes[range.clone()].iter().sum::<f32>();
                if missing > 0.0 && !range.is_empty() {
                    let share = missing / range.len() as f32;
                    sizes[range.clone()].iter_mut().for_each(|size| *size += share);
                }
            }
        }
        let total = |sizes: &[f32]| sizes.iter().sum::<f32>();
        widths = if total(&most) <= available {
            most
        } else {
            let (narrow, wide) = (total(&least), total(&most));
            let share = ((available - narrow) / (wide - narrow).max(0.1)).clamp(0.0, 1.0);
            least.iter().zip(&most).map(|(a, b)| a + (b - a) * share).collect()
        };
        Ok(widths)
    }
}

fn is_turned(direction: TextDirection) -> bool {
    !matches!(direction, TextDirection::Horizontal | TextDirection::Stacked | TextDirection::StackedLeftward)
}

/// Left edges of the columns, then the right edge of the last.
fn edges(widths: &[f32]) -> Vec<f32> {
    let mut edges = vec![0.0];
    let mut x = 0.0;
    for width in widths {
        x += width.max(0.0);
        edges.push(x);
    }
    edges
}
