//! The index of installed fonts: one entry per face, from a few hundred bytes of each font file.
//!
//! Reads only the table directory, the names and the OS/2 table (a few small reads per file, milliseconds for some
//! hundred files). Built once per process, when a font that is not embedded is first needed.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use skrifa::raw::tables::{name::Name, os2::Os2};
use skrifa::raw::types::NameId;
use skrifa::raw::{FontData, FontRead};

/// Most files to index; more would be a font server.
const MAX_FILES: usize = 8192;
/// Most faces of one collection file.
const MAX_FACES: u32 = 64;
/// Largest name table to read, in bytes; the largest of Noto CJK has 20 kB.
const MAX_TABLE: usize = 1 << 17;
/// Depth of nested folders.
const MAX_DEPTH: u32 = 8;

/// One face of an installed file.
#[derive(Debug)]
pub struct InstalledFace {
    /// The file.
    pub path: Arc<PathBuf>,
    /// Index of the face in the file.
    pub index: u32,
    /// The English family name.
    pub family: Arc<str>,
    /// 100 to 900.
    pub weight: u16,
    /// Whether it is italic or oblique.
    pub italic: bool,
    /// Whether it is neither condensed nor expanded.
    pub normal_width: bool,
    /// The Unicode range bits of the OS/2 table.
    pub ranges: u128,
}

/// All installed faces.
pub struct Index {
    faces: Vec<InstalledFace>,
    /// Indices by the key of every family name, in all languages.
    families: HashMap<String, Arc<str>>,
    by_family: HashMap<String, Vec<usize>>,
}

/// Normalises a family name: documents and font files differ in case, spaces and punctuation.
pub fn key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Index {
    /// The index of this process.
    pub fn get() -> &'static Self {
        static INDEX: OnceLock<Index> = OnceLock::new();
        INDEX.get_or_init(|| Self::of(&folders()))
    }

    fn of(folders: &[PathBuf]) -> Self {
        let mut files = Vec::new();
        for folder in folders {
            walk(folder, MAX_DEPTH, &mut files);
        }
        // Sorted, since the order of directory entries varies and results must not.
        files.sort();
        files.dedup();
        let mut index = Self { faces: Vec::new(), families: HashMap::new(), by_family: HashMap::new() };
        for file in files {
            // Unreadable files count as not installed.
            let _ = index.add(file);
        }
        index
    }

    /// A hash of all faces.
    pub fn fingerprint(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hash = DefaultHasher::new();
        for face in &self.faces {
            (&face.path, face.index, &face.family, face.weight, face.italic).hash(&mut hash);
        }
        hash.finish()
    }

    /// The family with a name that has this key.
    pub fn family(&self, key: &str) -> Option<Arc<str>> {
        self.families.get(key).cloned()
    }

    /// The faces of the family with this key.
    pub fn faces(&self, key: &str) -> Vec<&InstalledFace> {
        let all = self.by_family.get(key).into_iter().flatten().map(|i| &self.faces[*i]);
        // A family may consist of condensed faces only.
        let has_normal = all.clone().any(|f| f.normal_width);
        all.filter(|f| f.normal_width || !has_normal).collect()
    }

    /// Families whose OS/2 table claims this Unicode range bit, each once, in order of files.
    pub fn claiming(&self, bit: u32) -> impl Iterator<Item = &InstalledFace> {
        self.faces.iter().filter(move |f| f.ranges >> bit & 1 == 1)
    }

    fn add(&mut self, path: PathBuf) -> std::io::Result<()> {
        let mut file = File::open(&path)?;
        let mut head = [0u8; 12];
        file.read_exact(&mut head)?;
        let path = Arc::new(path);
        if &head[..4] != b"ttcf" {
            self.add_face(&mut file, &path, 0, 0);
            return Ok(());
        }
        let count = u32::from_be_bytes([head[8], head[9], head[10], head[11]]).min(MAX_FACES);
        let mut offsets = vec![0u8; count as usize * 4];
        file.read_exact(&mut offsets)?;
        for (index, offset) in offsets.as_chunks::<4>().0.iter().enumerate() {
            self.add_face(&mut file, &path, index as u32, u32::from_be_bytes(*offset));
        }
        Ok(())
    }

    /// Adds the face whose table directory is at `offset`; ignores anything that is not a font.
    fn add_face(&mut self, file: &mut File, path: &Arc<PathBuf>, index: u32, offset: u32) -> Option<()> {
        let head = at(file, offset, 12)?;
        let tables = usize::from(u16::from_be_bytes([head[4], head[5]]));
        if tables > 512 {
            return None;
        }
        let directory = at(file, offset.checked_add(12)?, tables * 16)?;
        let mut table = |tag: &[u8; 4]| {
            let entry = directory.as_chunks::<16>().0.iter().find(|e| e.starts_with(tag))?;
            let field = |i: usize| u32::from_be_bytes([entry[i], entry[i + 1], entry[i + 2], entry[i + 3]]);
            at(file, field(8), (field(12) as usize).min(MAX_TABLE))
        };
        let names = table(b"name")?;
        let names = Name::read(FontData::new(&names)).ok()?;
        let os2 = table(b"OS/2");
        let os2 = os2.as_deref().and_then(|bytes| Os2::read(FontData::new(bytes)).ok());
        let family =
            english(&names, NameId::TYPOGRAPHIC_FAMILY_NAME).or_else(|| english(&names, NameId::FAMILY_NAME))?;
        let family: Arc<str> = family.into();
        let (mut weight, mut italic, mut normal_width, mut ranges) = (400, false, true, 0);
        if let Some(os2) = os2 {
            weight = os2.us_weight_class().clamp(1, 1000);
            italic = os2.fs_selection().bits() & 0b10_0000_0001 != 0;
            normal_width = os2.us_width_class() == 5 || os2.us_width_class() == 0;
            let part = |n: u32, bits: u32| u128::from(bits) << (32 * n);
            ranges = part(0, os2.ul_unicode_range_1())
                | part(1, os2.ul_unicode_range_2())
                | part(2, os2.ul_unicode_range_3())
                | part(3, os2.ul_unicode_range_4());
        }
        for record in names.name_record() {
            if [NameId::TYPOGRAPHIC_FAMILY_NAME, NameId::FAMILY_NAME, NameId::FULL_NAME].contains(&record.name_id())
                && let Ok(name) = record.string(names.string_data())
            {
                let name: String = name.chars().collect();
                self.families.entry(key(&name)).or_insert_with(|| family.clone());
            }
        }
        // Family names take precedence over full names of other families.
        self.families.insert(key(&family), family.clone());
        self.by_family.entry(key(&family)).or_default().push(self.faces.len());
        self.faces.push(InstalledFace { path: path.clone(), index, family, weight, italic, normal_width, ranges });
        Some(())
    }
}

fn at(file: &mut File, offset: u32, len: usize) -> Option<Vec<u8>> {
    file.seek(SeekFrom::Start(u64::from(offset))).ok()?;
    let mut bytes = vec![0; len];
    file.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

/// The English name, or else the first.
fn english(names: &Name<'_>, id: NameId) -> Option<String> {
    let of = || names.name_record().iter().filter(|r| r.name_id() == id);
    // US English of Windows, then English of Macintosh, then the first.
    let record =
        of().find(|r| r.language_id() == 0x0409).or_else(|| of().find(|r| r.language_id() == 0)).or(of().next());
    let name: String = record?.string(names.string_data()).ok()?.chars().collect();
    (!name.is_empty()).then_some(name)
}

fn walk(folder: &Path, depth: u32, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (path, kind) = (entry.path(), entry.file_type());
        let is_folder = kind.is_ok_and(|kind| kind.is_dir() || kind.is_symlink() && path.is_dir());
        if is_folder && depth > 0 {
            walk(&path, depth - 1, files);
        } else if !is_folder && files.len() < MAX_FILES && is_font(&path) {
            files.push(path);
        }
    }
}

fn is_font(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    ["ttf", "otf", "ttc", "otc"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// The folders where fonts are installed.
pub fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    let home = std::env::var_os("HOME").map(PathBuf::from);
    if cfg!(windows) {
        folders.push(std::env::var_os("SYSTEMROOT").map_or("C:\\Windows".into(), PathBuf::from).join("Fonts"));
        let local = std::env::var_os("LOCALAPPDATA").map(PathBuf::from);
        folders.extend(local.map(|local| local.join("Microsoft\\Windows\\Fonts")));
    } else if cfg!(target_os = "macos") {
        folders.extend(["/System/Library/Fonts", "/Library/Fonts"].map(PathBuf::from));
        folders.extend(home.map(|home| home.join("Library/Fonts")));
    } else {
        folders.extend(["/usr/share/fonts", "/usr/local/share/fonts"].map(PathBuf::from));
        let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
        folders.extend(data.or(home.as_ref().map(|home| home.join(".local/share"))).map(|data| data.join("fonts")));
        folders.extend(home.map(|home| home.join(".fonts")));
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_no_case_spaces_or_hyphens() {
        assert_eq!(key("Noto Sans CJK-SC"), "notosanscjksc");
        assert_eq!(key("宋体"), "宋体");
    }

    #[test]
    fn a_face_is_indexed_by_its_names() {
        let folder = std::env::temp_dir().join(format!("thumbling-fonts-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("deeper")).unwrap();
        std::fs::write(folder.join("deeper/a.ttf"), notosans::BOLD_TTF).unwrap();
        std::fs::write(folder.join("b.TTF"), b"not a font").unwrap();
        let index = Index::of(std::slice::from_ref(&folder));
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(index.family("notosans").as_deref(), Some("Noto Sans"));
        assert_eq!(index.family("notosansbold").as_deref(), Some("Noto Sans"));
        let faces = index.faces("notosans");
        assert_eq!((faces.len(), faces[0].weight, faces[0].italic), (1, 700, false));
        // Bit 9 is Cyrillic.
        assert_eq!(index.claiming(9).count(), 1);
    }
}
