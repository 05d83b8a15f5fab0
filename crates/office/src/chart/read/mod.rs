//! Reads chart XML into a [`Chart`], within limits.

mod cache;
mod error_bars;

use crate::drawingml::scene::Scene;
use crate::number_format::{DateSystem, NumberFormat};
use crate::xml::Element;
use thumbling_core::error::{ErrorKind, Result};

use crate::chart::element::{flag, number};
use crate::chart::model::{
    Axis, AxisKind, Blanks, Chart, Crosses, Group, Grouping, Kind, LabelPosition, Series, Title,
};
use cache::{MAX_POINTS, levels, numbers, words};

/// Series read of a chart.
const MAX_SERIES: usize = 256;

/// Points read of all series: three times as many as are drawn.
const MAX_ALL_POINTS: usize = 1 << 16;

/// Reads `c:chartSpace`.
pub(crate) fn chart<'a>(scene: &Scene<'_>, root: Element<'a>) -> Result<Chart<'a>> {
    let inner = root.child("c:chart").unwrap_or(root);
    let plot_area = inner.child("c:plotArea");
    let absent = !is_of_2007(scene)?;
    let date1904 = root.child("c:date1904").is_some_and(|e| e.flag("val").unwrap_or(true));
    let dates = if date1904 { DateSystem::From1904 } else { DateSystem::From1900 };
    let (mut groups, mut axes) = (Vec::new(), Vec::new());
    let mut left = Left { series: MAX_SERIES, points: MAX_ALL_POINTS };
    for element in plot_area.into_iter().flat_map(|area| area.children()) {
        scene.cx.check()?;
        if let Some(kind) = kind(element) {
            groups.push(group(scene, element, kind, (dates, absent), &mut left)?);
        } else if let Some(axis) = axis(element, absent) {
            axes.push(axis);
        }
    }
    let mut chart = Chart {
        root,
        plot_area,
        title: None,
        groups,
        axes,
        legend: inner.child("c:legend").filter(|l| !is_deleted(*l)),
        blanks: match inner.val("c:dispBlanksAs") {
            Some("gap") => Blanks::Gap,
            Some("span") => Blanks::Span,
            // The schema default for an absent element; Office 2007 omitted it for gaps.
            Some(_) => Blanks::Zero,
            None if absent => Blanks::Zero,
            None => Blanks::Gap,
        },
        style: root.val("c:style").and_then(|v| v.parse().ok()).filter(|n| (1..=48).contains(n)).unwrap_or(2),
        absent,
        dates,
    };
    chart.title = main_title(&chart, inner);
    Ok(chart)
}

fn kind(element: Element<'_>) -> Option<Kind> {
    Some(match element.name() {
        "c:barChart" | "c:bar3DChart" => Kind::Bar,
        "c:lineChart" | "c:line3DChart" => Kind::Line,
        "c:areaChart" | "c:area3DChart" => Kind::Area,
        "c:pieChart" | "c:pie3DChart" | "c:ofPieChart" => Kind::Pie,
        "c:doughnutChart" => Kind::Doughnut,
        "c:scatterChart" => Kind::Scatter,
        "c:bubbleChart" => Kind::Bubble,
        "c:radarChart" => Kind::Radar,
        "c:stockChart" => Kind::Stock,
        "c:surfaceChart" | "c:surface3DChart" => Kind::Surface,
        _ => return None,
    })
}

fn is_deleted(element: Element<'_>) -> bool {
    element.child("c:delete").is_some_and(|d| d.flag("val").unwrap_or(true))
}

/// Whether Office 2007 wrote the file, which omitted flags that are false.
fn is_of_2007(scene: &Scene<'_>) -> Result<bool> {
    match scene.package.xml("docProps/app.xml", scene.cx) {
        Ok(app) => Ok(app.root().child("ep:AppVersion").is_some_and(|v| v.text().trim().starts_with("12."))),
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::Corrupt | ErrorKind::Unsupported) => Ok(false),
        Err(e) => Err(e),
    }
}

fn main_title<'a>(chart: &Chart<'a>, inner: Element<'a>) -> Option<Title<'a>> {
    let of_series = || {
        let mut all = chart.groups.iter().flat_map(|g| &g.series);
        let only = all.next().filter(|_| all.next().is_none());
        only.and_then(|s| s.name.clone())
    };
    if let Some(element) = inner.child("c:title") {
        let mut title = title(element, chart.absent);
        if title.text.is_none() && element.path(&["c:tx", "c:rich"]).is_none() {
            title.text = of_series().or_else(|| Some("Chart Title".to_owned()));
        }
        return Some(title);
    }
    // The title of a chart with one series defaults to its name, unless it was deleted.
    let is_deleted = flag(inner, "c:autoTitleDeleted").unwrap_or(chart.absent);
    let is_single = chart.groups.len() == 1 && chart.groups[0].kind != Kind::Stock;
    (!is_deleted && is_single).then(of_series).flatten().map(|text| Title {
        element: inner,
        text: Some(text),
        overlay: false,
    })
}

fn title(element: Element<'_>, absent: bool) -> Title<'_> {
    let cached = element.path(&["c:tx", "c:strRef", "c:strCache"]).map(|cache| {
        let lines: Vec<&str> =
            cache.children_of("c:pt").take(16).filter_map(|p| Some(p.child("c:v")?.text())).collect();
        lines.join(" ")
    });
    Title { element, text: cached, overlay: flag(element, "c:overlay").unwrap_or(absent) }
}

/// Series and points that may still be read.
struct Left {
    series: usize,
    points: usize,
}

fn group<'a>(
    scene: &Scene<'_>,
    element: Element<'a>,
    kind: Kind,
    (dates, absent): (DateSystem, bool),
    left: &mut Left,
) -> Result<Group<'a>> {
    let grouping = match element.val("c:grouping") {
        Some("stacked") => Grouping::Stacked,
        Some("percentStacked") => Grouping::Percent,
        _ => Grouping::Apart,
    };
    let labels = element.child("c:dLbls");
    let mut all = Vec::new();
    for ser in element.children_of("c:ser") {
        scene.cx.check()?;
        if left.series == 0 || left.points == 0 {
            scene.page.missed("chart series beyond the limit");
            break;
        }
        let series = series(scene, ser, all.len(), labels, dates)?;
        left.series -= 1;
        left.points = left.points.saturating_sub(series.values.len().max(series.categories.len()));
        all.push(series);
    }
    all.sort_by_key(|s: &Series<'_>| s.order);
    Ok(Group {
        element,
        kind,
        grouping,
        horizontal: kind == Kind::Bar && element.val("c:barDir") == Some("bar"),
        vary_colors: flag(element, "c:varyColors").unwrap_or(absent || kind.is_round()),
        axes: element.children_of("c:axId").filter_map(|e| e.attr("val")).collect(),
        series: all,
    })
}

fn series<'a>(
    scene: &Scene<'_>,
    element: Element<'a>,
    number: usize,
    labels: Option<Element<'a>>,
    dates: DateSystem,
) -> Result<Series<'a>> {
    let index = |name: &str| element.val(name).and_then(|v| v.parse::<u32>().ok()).map_or(number, |n| n as usize);
    let name = element.child("c:tx").and_then(|tx| match tx.child("c:v") {
        Some(v) => Some(v.text().to_owned()),
        None => {
            let cache = tx.path(&["c:strRef", "c:strCache"])?;
            let words: Vec<&str> =
                cache.children_of("c:pt").take(8).filter_map(|p| Some(p.child("c:v")?.text())).collect();
            Some(words.join(" "))
        }
    });
    let (values, format) = numbers(scene, element.child("c:val").or_else(|| element.child("c:yVal")))?;
    let (sizes, _) = numbers(scene, element.child("c:bubbleSize"))?;
    let mut series = Series {
        element,
        index: index("c:idx").min(4 * MAX_SERIES),
        order: index("c:order"),
        name,
        categories: Vec::new(),
        levels: Vec::new(),
        x: None,
        values,
        sizes,
        format,
        category_format: "General",
        properties: element.child("c:spPr"),
        marker: element.child("c:marker"),
        labels: element.child("c:dLbls").or(labels),
        point_labels: Vec::new(),
        points: Vec::new(),
        error_bars: Vec::new(),
    };
    if let Some(cat) = element.child("c:cat").or_else(|| element.child("c:xVal")) {
        if cat.child("c:numRef").is_some() || cat.child("c:numLit").is_some() {
            let (x, format) = numbers(scene, Some(cat))?;
            let code = NumberFormat::parse(format);
            series.categories = x.iter().map(|v| v.map_or_else(String::new, |v| code.number(v, dates))).collect();
            series.x = Some(x);
            series.category_format = format;
        } else {
            series.categories = words(scene, cat)?;
            series.levels = levels(scene, cat)?;
        }
    }
    for bars in element.children_of("c:errBars").take(2) {
        series.error_bars.push(error_bars::read(scene, bars, series.x.as_ref(), &series.values)?);
    }
    series.points = by_index(element, "c:dPt");
    series.point_labels = series.labels.map(|l| by_index(l, "c:dLbl")).unwrap_or_default();
    Ok(series)
}

/// Children for single points, by index.
fn by_index<'a>(element: Element<'a>, name: &'a str) -> Vec<(usize, Element<'a>)> {
    let all = element.children_of(name).take(MAX_POINTS);
    let mut all: Vec<_> = all.filter_map(|e| Some((e.val("c:idx")?.trim().parse().ok()?, e))).collect();
    all.sort_by_key(|(index, _)| *index);
    all.dedup_by_key(|(index, _)| *index);
    all
}

fn axis(element: Element<'_>, absent: bool) -> Option<Axis<'_>> {
    let kind = match element.name() {
        "c:catAx" => AxisKind::Category,
        "c:dateAx" => AxisKind::Date,
        "c:valAx" => AxisKind::Value,
        "c:serAx" => AxisKind::Series,
        _ => return None,
    };
    let scaling = element.child("c:scaling");
    let of_scale = |name: &str| scaling.and_then(|s| number(s, name));
    Some(Axis {
        element,
        id: element.val("c:axId").unwrap_or_default(),
        kind,
        deleted: flag(element, "c:delete").unwrap_or(absent),
        is_horizontal: matches!(element.val("c:axPos"), Some("b" | "t")),
        min: of_scale("c:min"),
        max: of_scale("c:max"),
        major: number(element, "c:majorUnit").filter(|n| *n > 0.0),
        log: of_scale("c:logBase").filter(|n| *n > 1.0),
        reversed: scaling.and_then(|s| s.val("c:orientation")) == Some("maxMin"),
        crosses: match (element.val("c:crosses"), number(element, "c:crossesAt")) {
            (_, Some(at)) => Crosses::At(at),
            (Some("min"), _) => Crosses::Min,
            (Some("max"), _) => Crosses::Max,
            _ => Crosses::Zero,
        },
        between: element.val("c:crossBetween") != Some("midCat"),
        labels: match element.val("c:tickLblPos") {
            Some("low") => LabelPosition::Low,
            Some("high") => LabelPosition::High,
            Some("none") => LabelPosition::None,
            _ => LabelPosition::NextTo,
        },
        title: element.child("c:title").map(|t| title(t, absent)),
    })
}
