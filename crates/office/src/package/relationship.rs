//! Relationships between parts.

use crate::xml::Document;

/// The target of a relationship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A part of the package.
    Part(String),
    /// Outside the package. Never followed.
    External,
}

/// The relationships of one part.
#[derive(Debug, Default)]
pub struct Relationships {
    all: Vec<Relationship>,
}

#[derive(Debug)]
struct Relationship {
    id: String,
    /// The last segment of its type: `slideLayout`.
    kind: String,
    target: Target,
}

impl Relationships {
    /// The relationships in `document`, for a part in `folder`.
    pub(super) fn of(document: &Document, folder: &str) -> Self {
        let all = document.root().children_of("rel:Relationship").filter_map(|line| {
            let target = line.attr("Target")?;
            let target = match line.attr("TargetMode") {
                Some(mode) if mode.eq_ignore_ascii_case("external") => Target::External,
                _ => Target::Part(resolved(folder, target)?),
            };
            let kind = line.attr("Type")?.rsplit('/').next()?.to_owned();
            Some(Relationship { id: line.attr("Id")?.to_owned(), kind, target })
        });
        Self { all: all.collect() }
    }

    /// The target of the relationship with this id.
    pub fn target(&self, id: &str) -> Option<&Target> {
        self.all.iter().find(|r| r.id == id).map(|r| &r.target)
    }

    /// The part of the relationship with this id; `None` if it is external.
    pub fn part(&self, id: &str) -> Option<&str> {
        match self.target(id)? {
            Target::Part(name) => Some(name),
            Target::External => None,
        }
    }

    /// The first part with a relationship of this kind, the last segment of its type.
    pub fn part_of_kind(&self, kind: &str) -> Option<&str> {
        self.all.iter().filter(|r| r.kind == kind).find_map(|r| match &r.target {
            Target::Part(name) => Some(name.as_str()),
            Target::External => None,
        })
    }
}

/// Resolves `target` relative to `folder`; `None` if it leaves the package.
pub fn resolved(folder: &str, target: &str) -> Option<String> {
    let target = target.split(['#', '?']).next()?.replace('\\', "/");
    let target = percent_decoded(&target);
    let mut path: Vec<&str> = match target.starts_with('/') {
        true => Vec::new(),
        false => folder.split('/').filter(|step| !step.is_empty()).collect(),
    };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                path.pop()?;
            }
            step => path.push(step),
        }
    }
    (!path.is_empty()).then(|| path.join("/"))
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|d| u8::from_str_radix(std::str::from_utf8(d).ok()?, 16).ok());
        match (byte, digits) {
            (b'%', Some(value)) => {
                decoded.push(value);
                at += 3;
            }
            _ => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_relative_to_the_part_and_stay_in_the_package() {
        assert_eq!(resolved("ppt/slides", "../media/image%201.png").as_deref(), Some("ppt/media/image 1.png"));
        assert_eq!(resolved("ppt/slides", "/xl/a.xml").as_deref(), Some("xl/a.xml"));
        assert_eq!(resolved("ppt", r"slides\slide1.xml").as_deref(), Some("ppt/slides/slide1.xml"));
        assert_eq!(resolved("ppt", "../../etc/passwd"), None);
        assert_eq!(resolved("", ""), None);
    }
}
