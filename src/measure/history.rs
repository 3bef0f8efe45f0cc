//! stub
use std::sync::Arc;
use super::HistoryColumn;
/// stub
#[derive(Default)]
pub struct History(Vec<Arc<HistoryColumn>>);
impl History {
    /// stub
    pub fn push(&mut self, c: HistoryColumn) { self.0.push(Arc::new(c)); }
    /// stub
    pub fn columns(&self) -> Vec<Arc<HistoryColumn>> { self.0.clone() }
}
