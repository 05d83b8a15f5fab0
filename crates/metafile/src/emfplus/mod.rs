//! Player of EMF+ records (MS-EMFPLUS) in the comments of an enhanced metafile.
//!
//! They draw on the same canvas with separate state. After GetDC plain records draw, until the next EMF+ record.

mod brush;
mod brush_paint;
mod caps;
mod draw;
mod font;
mod image;
mod objects;
mod outline;
mod pen;
mod pen_stroke;
mod record;
mod region;
mod state;
mod state_records;
mod text;

use super::geometry::Affine;
use super::svg::canvas::Canvas;
use super::svg::job::Job;
use objects::ObjectTable;
use record::Records;
use state::State;

const HEADER: u16 = 0x4001;
const END_OF_FILE: u16 = 0x4002;
const GET_DC: u16 = 0x4004;
const OBJECT: u16 = 0x4008;

pub(super) struct Player<'a> {
    objects: ObjectTable,
    state: State,
    saved: Vec<(u32, State)>,
    job: Job<'a>,
    /// Dots per inch for units other than pixels.
    dpi: f64,
    seen_header: bool,
    handed_over: bool,
    nested: u32,
}

impl<'a> Player<'a> {
    /// `base` maps device pixels to the canvas.
    pub fn new(base: Affine, job: Job<'a>) -> Self {
        Self {
            objects: ObjectTable::default(),
            state: State::new(base),
            saved: Vec::new(),
            job,
            dpi: 96.0,
            seen_header: false,
            handed_over: false,
            nested: 0,
        }
    }

    /// Whether plain records must be ignored.
    pub fn is_drawing(&self) -> bool {
        self.seen_header && !self.handed_over
    }

    /// Plays the records of one comment.
    pub fn play(&mut self, bytes: &[u8], canvas: &mut Canvas) {
        for record in (Records { rest: bytes }) {
            if !canvas.may_go_on(self.job.options) {
                return;
            }
            self.handed_over = record.kind == GET_DC;
            match record.kind {
                HEADER => {
                    self.seen_header = true;
                    let mut reader = record.reader();
                    if let Some(dpi) = reader.skip(8).and_then(|()| reader.u32())
                        && (1..=10_000).contains(&dpi)
                    {
                        self.dpi = f64::from(dpi);
                    }
                }
                END_OF_FILE => self.handed_over = true,
                OBJECT => self.objects.record(&record, &mut canvas.bounds),
                _ => {
                    // Unreadable records are skipped.
                    let _ = self.state_record(&record).or_else(|| self.draw_record(&record, canvas));
                }
            }
        }
    }
}
