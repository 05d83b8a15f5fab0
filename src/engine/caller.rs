//! Who asks, and in which language. The host has checked who it is; whether he may is asked of the host at every call.

use std::fmt;

/// Who asks for a thumbnail. An anonymous caller has neither user nor share.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Caller {
    /// The host's user id.
    pub user: Option<String>,
    /// The share that he came by.
    pub share: Option<Share>,
    /// What lets an anonymous buyer open a paid share.
    pub ticket: Option<String>,
    /// What messages are written in.
    pub language: Language,
    /// The caller's own trace id; it becomes the correlation id of what he asks.
    pub trace: Option<String>,
}

/// A share of files, and what opens it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Share {
    /// The host's share id.
    pub id: String,
    /// A temporary token, if the host gives such.
    pub token: Option<String>,
}

impl Caller {
    /// The user `user`.
    pub fn user(user: impl Into<String>) -> Self {
        Self { user: Some(user.into()), ..Self::default() }
    }

    /// Nobody in particular.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// The same caller, come by a share.
    #[must_use]
    pub fn by_share(mut self, id: impl Into<String>, token: Option<String>) -> Self {
        self.share = Some(Share { id: id.into(), token });
        self
    }

    /// The same caller with a purchase ticket.
    #[must_use]
    pub fn with_ticket(mut self, ticket: impl Into<String>) -> Self {
        self.ticket = Some(ticket.into());
        self
    }

    /// The same caller, told in `language`.
    #[must_use]
    pub fn speaking(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// The same caller with a trace id of his own.
    #[must_use]
    pub fn traced(mut self, trace: impl Into<String>) -> Self {
        self.trace = Some(trace.into());
        self
    }
}

// Tokens and tickets are secrets and do not get into logs.
impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("user", &self.user)
            .field("share", &self.share)
            .field("ticket", &self.ticket.as_ref().map(|_| "…"))
            .field("language", &self.language)
            .field("trace", &self.trace)
            .finish()
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Share").field("id", &self.id).field("token", &self.token.as_ref().map(|_| "…")).finish()
    }
}

/// What messages for people are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Language {
    /// American English.
    #[default]
    EnUs,
    /// Chinese in simplified characters.
    ZhCn,
}

impl Language {
    /// By a language tag (BCP 47): `zh`, `zh-CN`, `zh_Hans` are Chinese, everything else is English.
    pub fn of_tag(tag: &str) -> Self {
        let primary = tag.trim().split(['-', '_', ',', ';']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("zh") { Self::ZhCn } else { Self::EnUs }
    }

    /// Its tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::EnUs => "en-US",
            Self::ZhCn => "zh-CN",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_a_caller_do_not_get_into_logs() {
        let caller = Caller::user("mary").by_share("s1", Some("secret-token".into())).with_ticket("secret-ticket");
        assert!(!format!("{caller:?}").contains("secret"));
    }

    #[test]
    fn a_language_is_known_by_its_primary_tag() {
        assert_eq!(Language::of_tag("zh-CN"), Language::ZhCn);
        assert_eq!(Language::of_tag("ZH_hans"), Language::ZhCn);
        assert_eq!(Language::of_tag("en-US"), Language::EnUs);
        assert_eq!(Language::of_tag("zhuang"), Language::EnUs);
    }
}
