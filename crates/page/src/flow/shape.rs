//! Shapes the text of a paragraph once, before its lines are known.
//!
//! parley shapes and finds break opportunities; lines are broken by [`super::line`], because their width depends on tab
//! stops and on what stands beside them.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use parley::{
    BaseDirection, FontData, FontFamily, FontFeatures, FontStyle, FontWeight, Layout, OverflowWrap, TextStyle,
    TextWrapMode,
};

use crate::layout::context::Brush;
use crate::layout::scripts::scripts_of;
use crate::layout::{Item, Typesetter};
use crate::text::{Align, Caps, RunStyle};
use thumbling_core::error::Result;

use super::math_box::MathBox;
use super::metrics::{MetricsCache, Vertical};
use super::model::{Break, Drawing, Float, Inline, Paragraph};

/// Most bytes of a paragraph to shape; several times what fits on a page.
const MAX_TEXT: usize = 1 << 15;
/// Most runs of a paragraph; parley counts styles in 16 bits.
const MAX_RUNS: usize = 1 << 13;
/// Stands for an inline drawing in the text.
const OBJECT: char = '\u{FFFC}';

/// A shaped run: one font, size and style.
pub(super) struct ShapedRun {
    pub(super) font: FontData,
    pub(super) size: f32,
    pub(super) coords: Arc<[i16]>,
    pub(super) embolden: bool,
    pub(super) skew: f32,
    pub(super) vertical: Vertical,
    pub(super) underline: (f32, f32),
    pub(super) strikethrough: (f32, f32),
}

/// Something in a line that is not text.
pub(super) struct InlineBox<'p> {
    pub(super) width: f32,
    pub(super) ascent: f32,
    pub(super) descent: f32,
    pub(super) content: BoxContent<'p>,
}

/// The content of an inline box.
pub(super) enum BoxContent<'p> {
    Drawing(&'p Drawing),
    /// Items relative to the left end of the baseline.
    Items(Vec<Item>),
}

/// What a cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Space,
    Tab,
    Break(Break),
    /// Index of the drawing.
    Object(usize),
}

/// A unit of text that lines do not break.
pub(super) struct Cluster {
    pub(super) kind: Kind,
    pub(super) advance: f32,
    pub(super) run: usize,
    pub(super) style: usize,
    /// Offset in the text.
    pub(super) offset: usize,
    /// Glyphs: id, offset from the pen, advance.
    pub(super) glyphs: Range<usize>,
    /// Embedding level.
    pub(super) level: u8,
    /// Whether lines are stretched beside it, as between ideographs.
    pub(super) is_wide: bool,
}

/// A shaped paragraph.
pub(super) struct Shaped<'p> {
    pub(super) clusters: Vec<Cluster>,
    /// Ends of unbreakable segments, as indices of clusters.
    pub(super) ends: Vec<usize>,
    pub(super) glyphs: Vec<(u32, f32, f32, f32)>,
    pub(super) runs: Vec<ShapedRun>,
    pub(super) styles: Vec<Cow<'p, RunStyle>>,
    pub(super) objects: Vec<InlineBox<'p>>,
    /// Anchored drawings.
    pub(super) floats: Vec<&'p Float>,
    /// Footnotes, each with the index of the cluster after its mark.
    pub(super) notes: Vec<(usize, &'p [super::model::Block])>,
    /// Number of clusters of the list number, and its alignment.
    pub(super) number: (usize, Align),
    /// Metrics and size of the paragraph mark.
    pub(super) mark: (Vertical, f32),
    pub(super) is_mixed: bool,
}

/// The content of a paragraph as one text.
#[derive(Default)]
struct Text<'p> {
    text: String,
    runs: Vec<(Range<usize>, usize)>,
    styles: Vec<Cow<'p, RunStyle>>,
    breaks: Vec<(usize, Break)>,
}

impl<'p> Text<'p> {
    fn push(&mut self, text: &str, style: &'p RunStyle) {
        match style.caps {
            Caps::AsWritten => self.add(text.chars(), Cow::Borrowed(style)),
            Caps::All => self.add(text.chars().flat_map(char::to_uppercase), Cow::Borrowed(style)),
            Caps::Small => {
                let chars: Vec<char> = text.chars().collect();
                for part in chars.chunk_by(|a, b| a.is_lowercase() == b.is_lowercase()) {
                    if part.first().is_some_and(|c| c.is_lowercase()) {
                        let small = RunStyle { size: style.size * 0.8, ..style.clone() };
                        self.add(part.iter().flat_map(|c| c.to_uppercase()), Cow::Owned(small));
                    } else {
                        self.add(part.iter().copied(), Cow::Borrowed(style));
                    }
                }
            }
        }
    }

    fn add(&mut self, text: impl Iterator<Item = char>, style: Cow<'p, RunStyle>) {
        let start = self.text.len();
        for c in text {
            if self.text.len() >= MAX_TEXT || self.runs.len() >= MAX_RUNS {
                break;
            }
            if !matches!(c, '\0' | '\r' | OBJECT) {
                self.text.push(if c == '\n' { ' ' } else { c });
            }
        }
        self.close(start, style);
    }

    fn mark(&mut self, c: char, style: &'p RunStyle) -> bool {
        let has_room = self.text.len() < MAX_TEXT && self.runs.len() < MAX_RUNS;
        if has_room {
            let start = self.text.len();
            self.text.push(c);
            self.close(start, Cow::Borrowed(style));
        }
        has_room
    }

    fn close(&mut self, start: usize, style: Cow<'p, RunStyle>) {
        if self.text.len() == start {
            return;
        }
        self.styles.push(style);
        self.runs.push((start..self.text.len(), self.styles.len() - 1));
    }
}

/// Shapes a paragraph with these equations.
pub(super) fn shape<'p>(
    typesetter: &mut Typesetter<'_>,
    metrics: &mut MetricsCache,
    paragraph: &'p Paragraph,
    equations: Vec<MathBox>,
) -> Result<Shaped<'p>> {
    let mut equations = equations.into_iter();
    typesetter.check()?;
    let mut text = Text::default();
    let (mut objects, mut floats, mut notes, mut number) = (Vec::new(), Vec::new(), Vec::new(), (0, Align::Start));
    for inline in &paragraph.content {
        match inline {
            Inline::Text(part, style) => text.push(part, style),
            Inline::Number(part, style, align) => {
                text.push(part, style);
                number = (text.text.len(), *align);
            }
            Inline::Tab(style) => {
                text.mark('\t', style);
            }
            Inline::Break(kind, style) => {
                text.breaks.push((text.text.len(), *kind));
                text.mark('\n', style);
            }
            Inline::Object(drawing, style) => {
                if text.mark(OBJECT, style) {
                    let (width, ascent) = (drawing.width, drawing.height);
                    objects.push(InlineBox { width, ascent, descent: 0.0, content: BoxContent::Drawing(drawing) });
                }
            }
            Inline::Math(_, style) => {
                if let Some(MathBox { width, ascent, descent, items }) = equations.next()
                    && text.mark(OBJECT, style)
                {
                    objects.push(InlineBox { width, ascent, descent, content: BoxContent::Items(items) });
                }
            }
            Inline::Float(float) => floats.push(&**float),
            Inline::Note(blocks) => notes.push((text.text.len(), blocks.as_slice())),
        }
    }
    let is_empty = text.text.is_empty();
    // The mark gives an empty paragraph its height.
    let end = text.text.len();
    text.text.push('x');
    text.close(end, Cow::Borrowed(&*paragraph.mark));
    let layout = lay(typesetter, &text, paragraph);
    let levels = levels(&text.text, paragraph);
    let mut shaped = Shaped {
        clusters: Vec::with_capacity(text.text.len()),
        ends: Vec::new(),
        glyphs: Vec::new(),
        runs: Vec::new(),
        styles: Vec::new(),
        objects,
        floats,
        notes: Vec::new(),
        number: (0, number.1),
        mark: (Vertical::default(), paragraph.mark.size),
        is_mixed: levels.is_some(),
    };
    shaped.read(typesetter, metrics, &layout, &text, levels.as_deref());
    if let Some(last) = shaped.clusters.pop() {
        shaped.mark = (shaped.runs[last.run].vertical, shaped.runs[last.run].size);
    }
    shaped.ends.iter_mut().for_each(|end| *end = (*end).min(shaped.clusters.len()));
    shaped.ends.dedup();
    if is_empty {
        shaped.ends.clear();
    }
    let index_of = |clusters: &[Cluster], offset: usize| clusters.partition_point(|c| c.offset < offset);
    shaped.number.0 = index_of(&shaped.clusters, number.0);
    shaped.notes = notes.into_iter().map(|(offset, blocks)| (index_of(&shaped.clusters, offset), blocks)).collect();
    shaped.styles = text.styles;
    Ok(shaped)
}

/// Embedding levels by byte, if they differ.
fn levels(text: &str, paragraph: &Paragraph) -> Option<Vec<u8>> {
    let is_rtl = paragraph.style.right_to_left;
    if !is_rtl && text.is_ascii() {
        return None;
    }
    let base = if is_rtl { unicode_bidi::Level::rtl() } else { unicode_bidi::Level::ltr() };
    let info = unicode_bidi::ParagraphBidiInfo::new(text, Some(base));
    (is_rtl || info.has_rtl()).then(|| info.levels.iter().map(|level| level.number()).collect())
}

/// Lays the text out in lines of no width, so that each line is a segment that must not break.
fn lay(typesetter: &mut Typesetter<'_>, text: &Text<'_>, paragraph: &Paragraph) -> Layout<Brush> {
    let scripts = scripts_of(&text.text);
    let context = typesetter.context();
    context.prepare(&scripts);
    let stacks: Vec<_> = text.styles.iter().map(|style| context.stack(&style.fonts, scripts.needs)).collect();
    let mut builder = context.layout.style_run_builder(&mut context.fonts, &text.text, 1.0, false);
    builder.set_base_direction(match paragraph.style.right_to_left {
        true => BaseDirection::Rtl,
        false => BaseDirection::Ltr,
    });
    for (range, index) in &text.runs {
        let style = &text.styles[*index];
        let pushed = builder.push_style(TextStyle {
            font_family: FontFamily::List(Cow::Borrowed(&stacks[*index])),
            font_size: style.size.clamp(0.1, 4000.0),
            font_weight: FontWeight::new(f32::from(style.weight)),
            font_style: if style.italic { FontStyle::Italic } else { FontStyle::Normal },
            brush: *index as Brush,
            letter_spacing: style.spacing / style.stretch.max(0.01),
            font_features: if style.kerning { FontFeatures::empty() } else { FontFeatures::from("\"kern\" 0") },
            overflow_wrap: OverflowWrap::Normal,
            text_wrap_mode: TextWrapMode::Wrap,
            ..TextStyle::default()
        });
        builder.push_style_run(pushed, range.clone());
    }
    let mut layout = builder.build(&text.text);
    layout.break_all_lines(Some(0.0));
    layout
}

impl Shaped<'_> {
    fn read(
        &mut self,
        typesetter: &mut Typesetter<'_>,
        metrics: &mut MetricsCache,
        layout: &Layout<Brush>,
        text: &Text<'_>,
        levels: Option<&[u8]>,
    ) {
        let mut objects = 0;
        for line in layout.lines() {
            let mut segment: Vec<Cluster> = Vec::new();
            for run in line.runs() {
                let font = run.font_metrics();
                let synthesis = run.synthesis();
                // Every word is a line here, and most words continue the run of the one before.
                let continues = self.runs.last().is_some_and(|last| {
                    last.font == *run.font()
                        && last.size == run.font_size()
                        && last.embolden == synthesis.embolden()
                        && last.skew == synthesis.skew().unwrap_or(0.0)
                        && last.coords.is_empty()
                        && run.normalized_coords().is_empty()
                });
                if !continues {
                    self.runs.push(ShapedRun {
                        font: run.font().clone(),
                        size: run.font_size(),
                        coords: run.normalized_coords().iter().map(|c| c.to_bits()).collect(),
                        embolden: synthesis.embolden(),
                        skew: synthesis.skew().unwrap_or(0.0),
                        vertical: metrics.get(run.font()),
                        underline: (font.underline_offset, font.underline_size),
                        strikethrough: (font.strikethrough_offset, font.strikethrough_size),
                    });
                }
                let index = self.runs.len() - 1;
                for cluster in run.clusters() {
                    let range = cluster.text_range();
                    let part = text.text.get(range.clone()).unwrap_or_default();
                    let first = part.chars().next().unwrap_or(' ');
                    let style = cluster.style().brush as usize;
                    let start = self.glyphs.len();
                    let kind = match first {
                        '\t' => Kind::Tab,
                        '\n' => {
                            let found = text.breaks.iter().find(|(at, _)| *at == range.start);
                            Kind::Break(found.map_or(Break::Line, |(_, kind)| *kind))
                        }
                        OBJECT => {
                            objects += 1;
                            Kind::Object(objects - 1)
                        }
                        ' ' | '\u{3000}' => Kind::Space,
                        _ => Kind::Text,
                    };
                    let stretch = text.styles.get(style).map_or(1.0, |s| s.stretch);
                    let advance = match kind {
                        Kind::Text | Kind::Space => cluster.advance() * stretch,
                        Kind::Object(n) => self.objects.get(n).map_or(0.0, |o| o.width),
                        Kind::Tab | Kind::Break(_) => 0.0,
                    };
                    // A ligature is one cluster; its parts share its glyphs.
                    if cluster.is_ligature_continuation()
                        && let Some(start) = segment.last_mut()
                    {
                        start.advance += advance;
                        continue;
                    }
                    if kind == Kind::Text {
                        self.glyphs.extend(cluster.glyphs().map(|g| (g.id, g.x, g.y, g.advance)));
                        let is_drawn = !first.is_control() && first != char::REPLACEMENT_CHARACTER;
                        if is_drawn && self.glyphs[start..].iter().any(|g| g.0 == 0) {
                            typesetter.missing.insert(crate::fonts::script_of(first));
                        }
                    }
                    let level = levels.and_then(|l| l.get(range.start).copied()).unwrap_or(0);
                    segment.push(Cluster {
                        kind,
                        advance,
                        run: index,
                        style,
                        offset: range.start,
                        glyphs: start..self.glyphs.len(),
                        level,
                        is_wide: is_wide(first),
                    });
                }
            }
            segment.sort_by_key(|cluster| cluster.offset);
            // Unicode allows breaks after marks within paths and code; word processors do not.
            let first = segment.first().and_then(|c| text.text.get(c.offset..)?.chars().next());
            let before = self.clusters.last().and_then(|c| text.text.get(c.offset..)?.chars().next());
            let stays = matches!(before, Some('/' | '!' | '?' | '}' | '|' | '%'))
                && first.is_some_and(|c| c.is_ascii_graphic());
            if stays {
                self.ends.pop();
            }
            self.clusters.append(&mut segment);
            self.ends.push(self.clusters.len());
        }
    }
}

/// Whether a character is stretched in justified lines.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}')
}
