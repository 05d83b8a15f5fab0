//! How each problem is spelled: for people in two languages, and in the codes of the APIs that drives speak.
//!
//! One table ([`Problem::spelling`]), one line a problem. Nothing in it comes from the request or the machine, so that
//! every line of it may be shown to anyone; the details stand in the log under the correlation id.

use crate::engine::caller::Language;
use crate::engine::error::{EngineError, Subject};
use crate::engine::lookup::LookState;
use crate::error::ErrorKind;

/// What can be the matter with a call or a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// An argument is missing or wrong.
    Argument,
    /// The space is wrong, or there is none of that id.
    Space,
    /// The list of files is empty, too long, or holds what is no id.
    Files,
    /// Who calls is not known.
    Login,
    /// The caller may not.
    Denied,
    /// There is no such file.
    NoSuchFile,
    /// There is no such task.
    NoSuchTask,
    /// There is no thumbnail, and none is being made.
    NoThumbnail,
    /// The thumbnail is being made.
    Pending,
    /// Files of this format have no thumbnails here.
    Unsupported,
    /// The file has nothing to show.
    NoVisual,
    /// The file is encrypted.
    Encrypted,
    /// The file is damaged.
    Corrupt,
    /// The file is too large or too complex.
    Limit,
    /// It took too long.
    Timeout,
    /// It was cancelled.
    Cancelled,
    /// There is too much to do.
    Busy,
    /// The host's scanner found a virus.
    Viral,
    /// The host's scanner found that it does harm.
    Malicious,
    /// Reading or storing failed.
    Io,
    /// A defect.
    Internal,
}

/// How a problem is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spelling {
    /// Kebab-case, as in JSON of our own.
    pub name: &'static str,
    /// DingTalk's `errorCode`, or `code` of a call that failed as a whole.
    pub dingtalk: &'static str,
    /// The HTTP status that DingTalk documents with it.
    pub dingtalk_status: u16,
    /// KooDrive's `code`: 18, an HTTP status, a number within it.
    pub koodrive: u32,
    /// Cloudreve's `code`.
    pub cloudreve: i32,
    /// For people.
    pub en_us: &'static str,
    /// For people.
    pub zh_cn: &'static str,
}

impl Spelling {
    /// The HTTP status that goes with KooDrive's code.
    pub const fn koodrive_status(&self) -> u16 {
        (self.koodrive / 1000 % 1000) as u16
    }

    /// For people, in `language`.
    pub const fn text(&self, language: Language) -> &'static str {
        match language {
            Language::EnUs => self.en_us,
            Language::ZhCn => self.zh_cn,
        }
    }
}

macro_rules! table {
    ($($problem:ident: $name:literal, $ding:literal $status:literal, $koo:literal, $cloud:literal, $en:literal, $zh:literal;)*) => {
        impl Problem {
            /// Every problem.
            pub const ALL: &[Self] = &[$(Self::$problem),*];

            /// How it is spelled.
            pub const fn spelling(self) -> &'static Spelling {
                match self {
                    $(Self::$problem => &Spelling {
                        name: $name,
                        dingtalk: $ding,
                        dingtalk_status: $status,
                        koodrive: $koo,
                        cloudreve: $cloud,
                        en_us: $en,
                        zh_cn: $zh,
                    },)*
                }
            }
        }
    };
}

table! {
    // Problem: name, DingTalk's code and status, KooDrive's code, Cloudreve's code, words.
    Argument: "invalid-argument", "paramError" 400, 18400001, 40001,
        "A parameter is missing or wrong.", "参数缺失或有误。";
    Space: "no-such-space", "paramError.spaceId" 400, 18404002, 40016,
        "There is no such space.", "空间不存在。";
    Files: "invalid-files", "paramError.dentryIds" 400, 18400003, 40001,
        "The list of files is empty, too long or wrong.", "文件列表为空、过长或有误。";
    Login: "login-required", "permissionDenied" 400, 18401001, 401,
        "Please sign in.", "请先登录。";
    Denied: "denied", "permissionDenied" 400, 18403001, 403,
        "You do not have permission to do this.", "您没有执行此操作的权限。";
    NoSuchFile: "not-found", "dentryNotExist" 400, 18404001, 40016,
        "The file does not exist.", "文件不存在。";
    NoSuchTask: "no-such-task", "paramError" 400, 18404003, 404,
        "The task does not exist.", "任务不存在。";
    NoThumbnail: "no-thumbnail", "thumbnailNotExist" 403, 18404004, 40077,
        "There is no thumbnail of this file.", "该文件没有缩略图。";
    Pending: "pending", "thumbnailNotExist" 403, 18404005, 40077,
        "The thumbnail is being made. Please try again shortly.", "缩略图正在生成,请稍后重试。";
    Unsupported: "unsupported", "dentryFormatNotSupport" 400, 18400004, 40050,
        "Files of this format have no thumbnails.", "不支持该文件格式的缩略图。";
    NoVisual: "no-visual", "thumbnailNotExist" 403, 18404006, 40077,
        "The file has nothing to show.", "该文件没有可显示的内容。";
    Encrypted: "encrypted", "thumbnailNotExist" 403, 18404007, 40077,
        "The file is encrypted.", "文件已加密。";
    Corrupt: "corrupt", "thumbnailNotExist" 403, 18404008, 40077,
        "The file is damaged.", "文件已损坏。";
    Limit: "limit", "thumbnailNotExist" 403, 18404009, 40049,
        "The file is too large or too complex.", "文件过大或过于复杂。";
    Timeout: "timeout", "thumbnailNotExist" 403, 18404010, 40077,
        "Making the thumbnail took too long.", "生成缩略图超时。";
    Cancelled: "cancelled", "thumbnailNotExist" 403, 18404011, 40077,
        "The task was cancelled.", "任务已取消。";
    Busy: "busy", "systemError" 500, 18503001, 40090,
        "The service is busy. Please try again later.", "服务繁忙,请稍后重试。";
    Viral: "viral", "fileViral" 400, 18403002, 40050,
        "The file contains a virus.", "文件含有病毒。";
    Malicious: "malicious", "fileMalicious" 400, 18403003, 40050,
        "The file is malicious.", "文件存在恶意内容。";
    Io: "io", "systemError" 500, 18500001, 50004,
        "Reading or storing failed. Please try again later.", "读取或存储失败,请稍后重试。";
    Internal: "internal", "unknownError" 500, 18500002, -1,
        "An unknown error occurred.", "发生未知错误。";
}

impl From<ErrorKind> for Problem {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Io => Self::Io,
            ErrorKind::NotFound => Self::NoSuchFile,
            ErrorKind::Denied => Self::Denied,
            ErrorKind::Unsupported | ErrorKind::FeatureDisabled => Self::Unsupported,
            ErrorKind::NoVisual => Self::NoVisual,
            ErrorKind::Encrypted => Self::Encrypted,
            ErrorKind::Corrupt => Self::Corrupt,
            ErrorKind::Limit => Self::Limit,
            ErrorKind::Timeout => Self::Timeout,
            ErrorKind::Cancelled => Self::Cancelled,
            ErrorKind::Busy => Self::Busy,
            ErrorKind::InvalidArgument => Self::Argument,
            ErrorKind::Viral => Self::Viral,
            ErrorKind::Malicious => Self::Malicious,
            _ => Self::Internal,
        }
    }
}

impl Problem {
    /// What is the matter with a call that failed.
    pub fn of(e: &EngineError) -> Self {
        match (e.kind(), e.subject()) {
            (ErrorKind::NotFound | ErrorKind::InvalidArgument, Subject::Space) => Self::Space,
            (ErrorKind::InvalidArgument, Subject::Files) => Self::Files,
            (ErrorKind::NotFound, Subject::Task) => Self::NoSuchTask,
            (ErrorKind::NotFound, Subject::Call) => Self::NoThumbnail,
            (ErrorKind::Busy, Subject::File) => Self::Pending,
            (kind, _) => kind.into(),
        }
    }

    /// What is the matter with a file that was looked up; `None` if its thumbnail is there.
    pub fn of_look(state: &LookState) -> Option<Self> {
        Some(match state {
            LookState::Ready { .. } => return None,
            LookState::Pending { .. } => Self::Pending,
            LookState::NotExist => Self::NoThumbnail,
            LookState::Failed { kind } => (*kind).into(),
            LookState::Unsupported => Self::Unsupported,
            LookState::Denied => Self::Denied,
            LookState::NoSuchFile => Self::NoSuchFile,
            LookState::Viral => Self::Viral,
            LookState::Malicious => Self::Malicious,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_is_one_that_dingtalk_documents() {
        const DOCUMENTED: [(&str, u16); 11] = [
            ("paramError", 400),
            ("paramError.spaceId", 400),
            ("paramError.dentryIds", 400),
            ("permissionDenied", 400),
            ("dentryNotExist", 400),
            ("dentryFormatNotSupport", 400),
            ("fileViral", 400),
            ("fileMalicious", 400),
            ("thumbnailNotExist", 403),
            ("systemError", 500),
            ("unknownError", 500),
        ];
        let ours: HashSet<_> =
            Problem::ALL.iter().map(|p| (p.spelling().dingtalk, p.spelling().dingtalk_status)).collect();
        assert_eq!(ours, HashSet::from(DOCUMENTED));
    }

    #[test]
    fn names_and_koodrive_s_codes_tell_every_problem_apart() {
        let all = Problem::ALL.iter().map(|p| p.spelling());
        assert_eq!(all.clone().map(|s| s.name).collect::<HashSet<_>>().len(), Problem::ALL.len());
        assert_eq!(all.clone().map(|s| s.koodrive).collect::<HashSet<_>>().len(), Problem::ALL.len());
        for s in all {
            assert!(s.koodrive / 1_000_000 == 18 && (400..=503).contains(&s.koodrive_status()), "{}", s.name);
            assert_ne!(s.cloudreve, 0, "{}", s.name);
        }
    }

    #[test]
    fn every_message_is_there_in_both_languages() {
        for problem in Problem::ALL {
            let s = problem.spelling();
            assert!(s.text(Language::EnUs).is_ascii() && s.text(Language::EnUs).ends_with('.'), "{}", s.name);
            assert!(!s.text(Language::ZhCn).is_ascii() && s.text(Language::ZhCn).ends_with('。'), "{}", s.name);
        }
    }

    #[test]
    fn an_error_kind_of_a_file_keeps_its_name_where_both_have_one() {
        for kind in ErrorKind::ALL {
            let name = Problem::from(kind).spelling().name;
            let folded = [ErrorKind::FeatureDisabled, ErrorKind::SandboxUnavailable];
            assert!(name == kind.name() || folded.contains(&kind), "{kind} is {name}");
        }
    }
}
