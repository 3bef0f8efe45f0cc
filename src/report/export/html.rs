//! One page for people, light and dark, that needs nothing from anywhere.

use crate::report::page::Page;
use crate::snapshot::Snapshot;

use super::ExportError;

/// The page of one result, or of several laid over each other.
pub(super) fn page(snapshots: &[Snapshot]) -> Result<String, ExportError> {
    Ok(Page::of(snapshots).render()?)
}
