//! The header record (MS-EMF 2.3.4.2): the extent of the picture and its reference device.

use crate::fault::Fault;
use crate::geometry::{Point, Rect};
use crate::reader::{ReadFields, Reader};

const SIGNATURE: u32 = 0x464d_4520;
const RECORD_HEADER: u32 = 1;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    /// Bounds of the drawing according to its writer, device units.
    bounds: Rect,
    /// Frame of the picture, 0.01 mm.
    frame: Rect,
    device: Point,
    millimetres: Point,
}

/// Whether the bytes start with the header of an enhanced metafile.
pub(crate) fn is_emf(bytes: &[u8]) -> bool {
    Header::parse(bytes).is_ok()
}

/// The fraction of `inner` inside `outer`; 1 if `inner` is empty.
fn overlap(inner: &Rect, outer: &Rect) -> f64 {
    let seen = inner.intersect(outer);
    let area = inner.width() * inner.height();
    if area > 0.0 { seen.width() * seen.height() / area } else { 1.0 }
}

impl Header {
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        Self::read(bytes).ok_or(Fault::Unknown)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::le(bytes);
        let (kind, length) = (reader.u32()?, reader.u32()?);
        let rect = |reader: &mut Reader<'_>| Some((reader.point32()?, reader.point32()?));
        let (bounds_from, bounds_to) = rect(&mut reader)?;
        let (frame_from, frame_to) = rect(&mut reader)?;
        if kind != RECORD_HEADER || reader.u32()? != SIGNATURE {
            return None;
        }
        reader.skip(28)?;
        let device = reader.point32()?;
        let mut millimetres = reader.point32()?;
        if length >= 108
            && let Some(micrometres) = reader.skip(12).and_then(|()| reader.point32())
            && micrometres.x > 0.0
            && micrometres.y > 0.0
        {
            // Some writers use other units here; it is only used to refine the millimetres.
            let refined = Point::new(micrometres.x / 1000.0, micrometres.y / 1000.0);
            if (refined.x - millimetres.x).abs() < 1.5 && (refined.y - millimetres.y).abs() < 1.5 {
                millimetres = refined;
            }
        }
        let is_real = device.x > 0.0 && device.y > 0.0 && millimetres.x > 0.0 && millimetres.y > 0.0;
        // Without a device size, assume a screen with 96 dpi.
        let (device, millimetres) =
            if is_real { (device, millimetres) } else { (Point::new(9600.0, 9600.0), Point::new(2540.0, 2540.0)) };
        // Bounds include the last pixel.
        let bounds = if bounds_to.x >= bounds_from.x && bounds_to.y >= bounds_from.y {
            Rect::between(bounds_from, bounds_to.offset(1.0, 1.0))
        } else {
            Rect::EMPTY
        };
        let frame = if frame_to.x > frame_from.x && frame_to.y > frame_from.y {
            Rect::between(frame_from, frame_to)
        } else {
            Rect::EMPTY
        };
        Some(Self { bounds, frame, device, millimetres })
    }

    /// Device units per millimetre.
    pub fn px_per_mm(&self) -> Point {
        Point::new(self.device.x / self.millimetres.x, self.device.y / self.millimetres.y)
    }

    /// Some writers (Enterprise Architect) draw with y upwards, but do not record the viewport that flips it: the frame
    /// fits only if the drawing is mirrored at the origin of the device.
    pub fn is_upside_down(&self) -> bool {
        let Some(view) = self.view().filter(|_| !self.frame.is_empty() && !self.bounds.is_empty()) else {
            return false;
        };
        let turned = Rect { top: -self.bounds.bottom, bottom: -self.bounds.top, ..self.bounds };
        overlap(&turned, &view) > 0.9 && overlap(&self.bounds, &self.frame_in_pixels()) < 0.1
    }

    fn frame_in_pixels(&self) -> Rect {
        let scale = self.px_per_mm();
        let (x, y) = (scale.x / 100.0, scale.y / 100.0);
        Rect {
            left: self.frame.left * x,
            top: self.frame.top * y,
            right: self.frame.right * x,
            bottom: self.frame.bottom * y,
        }
    }

    /// The extent of the picture in device units: the frame, or else the bounds.
    pub fn view(&self) -> Option<Rect> {
        if self.frame.is_empty() {
            return (!self.bounds.is_empty()).then_some(self.bounds);
        }
        let frame = self.frame_in_pixels();
        let turned = Rect { top: -self.bounds.bottom, bottom: -self.bounds.top, ..self.bounds };
        // Ignore a frame that misses nearly all of the drawing.
        let is_missed = overlap(&self.bounds, &frame) < 0.1 && overlap(&turned, &frame) < 0.9;
        Some(if is_missed { self.bounds } else { frame })
    }

    /// Natural size, CSS px.
    pub fn size(&self, view: &Rect) -> (f64, f64) {
        let scale = self.px_per_mm();
        let side = |length: f64, per_mm: f64| (length / per_mm / 25.4 * 96.0).clamp(0.01, 1e6);
        (side(view.width(), scale.x), side(view.height(), scale.y))
    }
}
