//! How shapes are painted: fills, lines, effects, and the colour changes of pictures. Adds readers to
//! [`Scene`](super::scene::Scene).

pub mod effect;
pub mod fill;
pub mod line;
mod recolor;
