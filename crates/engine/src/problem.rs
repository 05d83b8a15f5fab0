//! Problems: one stable name and one message per language for everything that can go wrong with a call or a file.
//!
//! Messages come from one table and contain nothing of the request or the machine, so any of them may be shown to anyone.
//! Details are in the log, under the correlation id. Codes of particular APIs are in [`wire`](crate::wire).

use crate::model::caller::Language;
use crate::model::error::{EngineError, Subject};
use crate::model::lookup::LookupState;
use thumbling::ErrorKind;

/// What is wrong with a call or a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// An argument is missing or invalid.
    Argument,
    /// The space id is invalid, or there is no such space.
    Space,
    /// The list of files is empty, too long, or contains an invalid id.
    Files,
    /// The caller is not signed in.
    Login,
    /// The caller is not allowed to do this.
    Denied,
    /// There is no such file.
    NoSuchFile,
    /// There is no such task.
    NoSuchTask,
    /// There is no thumbnail, and none is being generated.
    NoThumbnail,
    /// The thumbnail is being generated.
    Pending,
    /// Files of this format have no thumbnails.
    Unsupported,
    /// The file has nothing to show.
    NoVisual,
    /// The file is encrypted.
    Encrypted,
    /// The file is damaged.
    Corrupt,
    /// The file is too large or too complex.
    Limit,
    /// Generating the thumbnail took too long.
    Timeout,
    /// The task was cancelled.
    Cancelled,
    /// The queue is full, or something is not ready.
    Busy,
    /// The host's scanner found a virus.
    Viral,
    /// The host's scanner found malicious content.
    Malicious,
    /// Reading or storing failed.
    Io,
    /// A defect.
    Internal,
}

/// The name of a problem, and its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemText {
    /// Kebab-case, as in JSON.
    pub name: &'static str,
    /// The message in American English.
    pub en_us: &'static str,
    /// The message in simplified Chinese.
    pub zh_cn: &'static str,
}

macro_rules! table {
    ($($problem:ident: $name:literal, $en:literal, $zh:literal;)*) => {
        impl Problem {
            /// Every problem.
            pub const ALL: &[Self] = &[$(Self::$problem),*];

            /// Its name and messages.
            pub const fn text(self) -> &'static ProblemText {
                match self {
                    $(Self::$problem => &ProblemText { name: $name, en_us: $en, zh_cn: $zh },)*
                }
            }
        }
    };
}

table! {
    Argument: "invalid-argument", "A parameter is missing or wrong.", "参数缺失或有误。";
    Space: "no-such-space", "There is no such space.", "空间不存在。";
    Files: "invalid-files", "The list of files is empty, too long or wrong.", "文件列表为空、过长或有误。";
    Login: "login-required", "Please sign in.", "请先登录。";
    Denied: "denied", "You do not have permission to do this.", "您没有执行此操作的权限。";
    NoSuchFile: "not-found", "The file does not exist.", "文件不存在。";
    NoSuchTask: "no-such-task", "The task does not exist.", "任务不存在。";
    NoThumbnail: "no-thumbnail", "There is no thumbnail of this file.", "该文件没有缩略图。";
    Pending: "pending", "The thumbnail is being made. Please try again shortly.", "缩略图正在生成,请稍后重试。";
    Unsupported: "unsupported", "Files of this format have no thumbnails.", "不支持该文件格式的缩略图。";
    NoVisual: "no-visual", "The file has nothing to show.", "该文件没有可显示的内容。";
    Encrypted: "encrypted", "The file is encrypted.", "文件已加密。";
    Corrupt: "corrupt", "The file is damaged.", "文件已损坏。";
    Limit: "limit", "The file is too large or too complex.", "文件过大或过于复杂。";
    Timeout: "timeout", "Making the thumbnail took too long.", "生成缩略图超时。";
    Cancelled: "cancelled", "The task was cancelled.", "任务已取消。";
    Busy: "busy", "The service is busy. Please try again later.", "服务繁忙,请稍后重试。";
    Viral: "viral", "The file contains a virus.", "文件含有病毒。";
    Malicious: "malicious", "The file is malicious.", "文件存在恶意内容。";
    Io: "io", "Reading or storing failed. Please try again later.", "读取或存储失败,请稍后重试。";
    Internal: "internal", "An unknown error occurred.", "发生未知错误。";
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
    /// The problem of a call that failed.
    pub fn of_error(e: &EngineError) -> Self {
        match (e.kind(), e.subject()) {
            (ErrorKind::NotFound | ErrorKind::InvalidArgument, Subject::Space) => Self::Space,
            (ErrorKind::InvalidArgument, Subject::Files) => Self::Files,
            (ErrorKind::NotFound, Subject::Task) => Self::NoSuchTask,
            (ErrorKind::NotFound, Subject::Call) => Self::NoThumbnail,
            (ErrorKind::Busy, Subject::File) => Self::Pending,
            (kind, _) => kind.into(),
        }
    }

    /// The problem of a file that was looked up; `None` if its thumbnail is ready.
    pub fn of_lookup(state: &LookupState) -> Option<Self> {
        Some(match state {
            LookupState::Ready { .. } => return None,
            LookupState::Pending { .. } => Self::Pending,
            LookupState::NotExist => Self::NoThumbnail,
            LookupState::Failed { kind } => (*kind).into(),
            LookupState::Unsupported => Self::Unsupported,
            LookupState::Denied => Self::Denied,
            LookupState::NoSuchFile => Self::NoSuchFile,
            LookupState::Viral => Self::Viral,
            LookupState::Malicious => Self::Malicious,
        })
    }

    /// Kebab-case, as in JSON.
    pub const fn name(self) -> &'static str {
        self.text().name
    }

    /// The message for people, in `language`.
    pub const fn message(self, language: Language) -> &'static str {
        match language {
            Language::EnUs => self.text().en_us,
            Language::ZhCn => self.text().zh_cn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_problem_has_its_own_name() {
        let names: HashSet<_> = Problem::ALL.iter().map(|problem| problem.name()).collect();
        assert_eq!(names.len(), Problem::ALL.len());
    }

    #[test]
    fn every_message_exists_in_both_languages() {
        for problem in Problem::ALL {
            let (english, chinese) = (problem.message(Language::EnUs), problem.message(Language::ZhCn));
            assert!(english.is_ascii() && english.ends_with('.'), "{problem:?}");
            assert!(!chinese.is_ascii() && chinese.ends_with('。'), "{problem:?}");
        }
    }

    #[test]
    fn an_error_kind_keeps_its_name() {
        for kind in ErrorKind::ALL {
            let name = Problem::from(kind).name();
            let merged = [ErrorKind::FeatureDisabled, ErrorKind::SandboxUnavailable];
            assert!(name == kind.name() || merged.contains(&kind), "{kind} is {name}");
        }
    }
}
