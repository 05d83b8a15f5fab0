//! Cached values of the cells that a series refers to (`c:numCache`, `c:strCache`).

use crate::chart::element::parsed;
use crate::drawingml::scene::Scene;
use crate::xml::Element;
use thumbling_core::error::Result;

/// Points read of a series: more than a thumbnail has columns.
pub(super) const MAX_POINTS: usize = 4096;

/// Outer category levels read.
const MAX_LEVELS: usize = 4;

/// Numbers by index, and their format.
pub(super) fn numbers<'a>(scene: &Scene<'_>, source: Option<Element<'a>>) -> Result<(Vec<Option<f64>>, &'a str)> {
    let Some(source) = source else { return Ok((Vec::new(), "General")) };
    let found = source.path(&["c:numRef", "c:numCache"]).or_else(|| source.child("c:numLit"));
    let cache = found.or_else(|| source.path(&["c:strRef", "c:strCache"]).or_else(|| source.child("c:strLit")));
    let Some(cache) = cache else { return Ok((Vec::new(), "General")) };
    let mut values = vec![None; count(cache)];
    let mut format = cache.child("c:formatCode").map_or("General", |e| e.text());
    each_point(scene, cache, |index, point| {
        if let Some(own) = point.attr("formatCode").filter(|_| index == 0) {
            format = own;
        }
        if values.len() <= index {
            values.resize(index + 1, None);
        }
        values[index] = point.child("c:v").and_then(|v| parsed(v.text()));
    })?;
    Ok((values, format))
}

/// Strings by index, of the innermost level.
pub(super) fn words(scene: &Scene<'_>, source: Element<'_>) -> Result<Vec<String>> {
    let levels = source.path(&["c:multiLvlStrRef", "c:multiLvlStrCache"]);
    let length = levels.map_or(0, count);
    let cache = match levels {
        Some(levels) => levels.child("c:lvl"),
        None => source.path(&["c:strRef", "c:strCache"]).or_else(|| source.child("c:strLit")),
    };
    let Some(cache) = cache else { return Ok(Vec::new()) };
    let mut all = vec![String::new(); count(cache).max(length)];
    each_point(scene, cache, |index, point| {
        if all.len() <= index {
            all.resize(index + 1, String::new());
        }
        let text = point.child("c:v").map_or("", |v| v.text());
        all[index] = text.chars().take(200).collect();
    })?;
    Ok(all)
}

/// The outer category levels: first category and name of each label.
pub(super) fn levels(scene: &Scene<'_>, source: Element<'_>) -> Result<Vec<Vec<(usize, String)>>> {
    let mut all = Vec::new();
    let cache = source.path(&["c:multiLvlStrRef", "c:multiLvlStrCache"]);
    for level in cache.into_iter().flat_map(|c| c.children_of("c:lvl")).skip(1).take(MAX_LEVELS) {
        let mut names = Vec::new();
        each_point(scene, level, |index, point| {
            names.push((index, point.child("c:v").map_or("", |v| v.text()).chars().take(200).collect()));
        })?;
        names.sort_by_key(|(index, _): &(usize, String)| *index);
        all.push(names);
    }
    Ok(all)
}

fn count(cache: Element<'_>) -> usize {
    cache.val("c:ptCount").and_then(|v| v.trim().parse::<usize>().ok()).unwrap_or(0).min(MAX_POINTS)
}

fn each_point<'a>(scene: &Scene<'_>, cache: Element<'a>, mut f: impl FnMut(usize, Element<'a>)) -> Result<()> {
    for (n, point) in cache.children_of("c:pt").enumerate() {
        if n % 256 == 0 {
            scene.cx.check()?;
        }
        let index = point.number::<usize>("idx").unwrap_or(n);
        if index >= MAX_POINTS {
            scene.page.missed("chart points beyond the limit");
            break;
        }
        f(index, point);
    }
    Ok(())
}
