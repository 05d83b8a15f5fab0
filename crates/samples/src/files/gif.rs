//! GIF: <https://www.w3.org/Graphics/GIF/spec-gif89a.txt>, by the `gif` crate.

use crate::picture::Picture;

/// An endless animation, 80 ms per frame.
pub fn animation(frames: impl IntoIterator<Item = Picture>) -> Vec<u8> {
    let mut frames = frames.into_iter().peekable();
    let (width, height) = frames.peek().map_or((1, 1), |first| (first.width as u16, first.height as u16));
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, width, height, &[]).expect("writing to memory cannot fail");
    encoder.set_repeat(gif::Repeat::Infinite).expect("writing to memory cannot fail");
    for mut picture in frames {
        // GIF pixels are either opaque or transparent.
        picture.rgba.chunks_exact_mut(4).for_each(|p| p[3] = if p[3] < 128 { 0 } else { 255 });
        let mut frame = gif::Frame::from_rgba_speed(width, height, &mut picture.rgba, 10);
        (frame.delay, frame.dispose) = (8, gif::DisposalMethod::Background);
        encoder.write_frame(&frame).expect("writing to memory cannot fail");
    }
    drop(encoder);
    file
}
