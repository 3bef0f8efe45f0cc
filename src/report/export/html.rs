//! One page for people, light and dark, that needs nothing from anywhere.

use crate::report::page::{self, Page};
use crate::snapshot::Snapshot;
use crate::sweep::Sweep;

use super::ExportError;

/// The page of one result, or of several laid over each other.
pub(super) fn page(snapshots: &[Snapshot]) -> Result<String, ExportError> {
    Ok(Page::of(snapshots).render()?)
}

/// The page of a sweep.
pub(super) fn sweep(sweep: &Sweep) -> Result<String, ExportError> {
    Ok(page::sweep::page(sweep)?)
}
