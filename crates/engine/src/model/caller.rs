//! Callers and their language. The host has authenticated them; the drive authorizes them at every call.

use std::fmt;

/// The caller of an engine call, as authenticated by the host. An anonymous caller has neither user nor share.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Caller {
    /// The host's user id.
    pub user: Option<String>,
    /// The share that the caller came through.
    pub share: Option<Share>,
    /// The ticket that lets an anonymous buyer open a paid share.
    pub ticket: Option<String>,
    /// Language of messages.
    pub language: Language,
    /// The caller's own trace id; becomes the correlation id of its calls.
    pub trace: Option<String>,
}

/// A share of files, and the token that opens it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Share {
    /// The host's share id.
    pub id: String,
    /// A temporary token, if the host uses them.
    pub token: Option<String>,
}

impl Caller {
    /// The user with this id.
    pub fn user(user: impl Into<String>) -> Self {
        Self { user: Some(user.into()), ..Self::default() }
    }

    /// A caller without user or share.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// Sets the share that the caller came through.
    #[must_use]
    pub fn with_share(mut self, id: impl Into<String>, token: Option<String>) -> Self {
        self.share = Some(Share { id: id.into(), token });
        self
    }

    /// Sets the purchase ticket.
    #[must_use]
    pub fn with_ticket(mut self, ticket: impl Into<String>) -> Self {
        self.ticket = Some(ticket.into());
        self
    }

    /// Sets the language of messages.
    #[must_use]
    pub fn with_language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// Sets the trace id.
    #[must_use]
    pub fn with_trace(mut self, trace: impl Into<String>) -> Self {
        self.trace = Some(trace.into());
        self
    }
}

// Tokens and tickets are secrets and must not reach logs.
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

/// Language of messages for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Language {
    /// American English.
    #[default]
    EnUs,
    /// Simplified Chinese.
    ZhCn,
}

impl Language {
    /// The language for a BCP 47 tag: `zh`, `zh-CN` and `zh_Hans` are Chinese, everything else is English.
    pub fn from_tag(tag: &str) -> Self {
        let primary = tag.trim().split(['-', '_', ',', ';']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("zh") { Self::ZhCn } else { Self::EnUs }
    }

    /// Its BCP 47 tag.
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
    fn debug_output_of_a_caller_hides_its_secrets() {
        let caller = Caller::user("mary").with_share("s1", Some("secret-token".into())).with_ticket("secret-ticket");
        assert!(!format!("{caller:?}").contains("secret"));
    }

    #[test]
    fn a_language_is_chosen_by_the_primary_subtag() {
        assert_eq!(Language::from_tag("zh-CN"), Language::ZhCn);
        assert_eq!(Language::from_tag("ZH_hans"), Language::ZhCn);
        assert_eq!(Language::from_tag("en-US"), Language::EnUs);
        assert_eq!(Language::from_tag("zhuang"), Language::EnUs);
    }
}
