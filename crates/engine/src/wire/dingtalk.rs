//! DingTalk storage: error codes and their HTTP statuses.

use crate::problem::Problem;

/// The `errorCode` of a file, or the `code` of a call that failed as a whole.
pub const fn code(problem: Problem) -> &'static str {
    entry(problem).0
}

/// The HTTP status that DingTalk documents for [`code`].
pub const fn status(problem: Problem) -> u16 {
    entry(problem).1
}

const fn entry(problem: Problem) -> (&'static str, u16) {
    match problem {
        Problem::Argument | Problem::NoSuchTask => ("paramError", 400),
        Problem::Space => ("paramError.spaceId", 400),
        Problem::Files => ("paramError.dentryIds", 400),
        Problem::Login | Problem::Denied => ("permissionDenied", 400),
        Problem::NoSuchFile => ("dentryNotExist", 400),
        Problem::Unsupported => ("dentryFormatNotSupport", 400),
        Problem::Viral => ("fileViral", 400),
        Problem::Malicious => ("fileMalicious", 400),
        Problem::NoThumbnail
        | Problem::Pending
        | Problem::NoVisual
        | Problem::Encrypted
        | Problem::Corrupt
        | Problem::Limit
        | Problem::Timeout
        | Problem::Cancelled => ("thumbnailNotExist", 403),
        Problem::Busy | Problem::Io => ("systemError", 500),
        Problem::Internal => ("unknownError", 500),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn exactly_the_documented_codes_are_used() {
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
        let used: HashSet<_> = Problem::ALL.iter().map(|problem| (code(*problem), status(*problem))).collect();
        assert_eq!(used, HashSet::from(DOCUMENTED));
    }
}
