//! Signing URLs of thumbnails and packages.

use std::time::UNIX_EPOCH;

use crate::inner::Inner;
use crate::model::error::Result;
use crate::model::id::{FileRef, Version};
use crate::model::url::{Claims, SignedUrl};
use crate::url;

impl Inner {
    /// Signs a URL. The URL of a file stays the same for an eighth of its lifetime, so that clients can cache the content.
    pub(crate) fn sign(&self, file: &FileRef, version: &Version, spec: &str) -> Result<SignedUrl> {
        let now = self.clock.wall();
        let unix = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let life = self.config.url_life.as_secs().max(1);
        let step = (life / 8).max(1);
        let expires = ((unix + life) / step * step).max(unix + 1);
        let claims = Claims { file: file.clone(), version: version.clone(), spec: spec.to_owned(), expires };
        let mut signed = url::sign(&self.keys, &self.config.base_url, &claims, now)?;
        if self.config.obfuscate {
            signed.url = url::obfuscate::encode(&signed.url);
            signed.obfuscated = true;
        }
        Ok(signed)
    }
}
