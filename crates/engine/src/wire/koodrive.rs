//! KooDrive: error codes. A code is 18, then an HTTP status, then a number that is unique for that status.

use crate::problem::Problem;

/// The file id of the root folder of a space.
pub const ROOT: &str = "root";

/// The `code` of a call that failed.
pub const fn code(problem: Problem) -> u32 {
    match problem {
        Problem::Argument => 18_400_001,
        Problem::Space => 18_404_002,
        Problem::Files => 18_400_003,
        Problem::Login => 18_401_001,
        Problem::Denied => 18_403_001,
        Problem::NoSuchFile => 18_404_001,
        Problem::NoSuchTask => 18_404_003,
        Problem::NoThumbnail => 18_404_004,
        Problem::Pending => 18_404_005,
        Problem::Unsupported => 18_400_004,
        Problem::NoVisual => 18_404_006,
        Problem::Encrypted => 18_404_007,
        Problem::Corrupt => 18_404_008,
        Problem::Limit => 18_404_009,
        Problem::Timeout => 18_404_010,
        Problem::Cancelled => 18_404_011,
        Problem::Busy => 18_503_001,
        Problem::Viral => 18_403_002,
        Problem::Malicious => 18_403_003,
        Problem::Io => 18_500_001,
        Problem::Internal => 18_500_002,
    }
}

/// The HTTP status contained in [`code`].
pub const fn status(problem: Problem) -> u16 {
    (code(problem) / 1000 % 1000) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_problem_has_its_own_code_with_an_http_status() {
        let codes: HashSet<_> = Problem::ALL.iter().map(|problem| code(*problem)).collect();
        assert_eq!(codes.len(), Problem::ALL.len());
        for problem in Problem::ALL {
            let (code, status) = (code(*problem), status(*problem));
            assert!(code / 1_000_000 == 18 && (400..=503).contains(&status), "{problem:?}");
        }
    }
}
