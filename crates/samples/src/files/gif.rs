//! GIF: <https://www.w3.org/Graphics/GIF/spec-gif89a.txt>, by the `gif` crate.

use crate::picture::Picture;

/// An animation without end, 80 ms a frame.
pub fn animation(frames: impl IntoIterator<Item = Picture>) -> Vec<u8> {
    let mut frames = frames.into_iter().peekable();
    let (width, height) = frames.peek().map_or((1, 1), |first| (first.width as u16, first.height as u16));
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, width, height, &[]).expect("memory does not fail");
    encoder.set_repeat(gif::Repeat::Infinite).expect("memory does not fail");
    for mut picture in frames {
        // Pixels are opaque or not there.
        picture.rgba.chunks_exact_mut(4).for_each(|p| p[3] = if p[3] < 128 { 0 } else { 255 });
        let mut frame = gif::Frame::from_rgba_speed(width, height, &mut picture.rgba, 10);
        (frame.delay, frame.dispose) = (8, gif::DisposalMethod::Background);
        encoder.write_frame(&frame).expect("memory does not fail");
    }
    drop(encoder);
    file
}
