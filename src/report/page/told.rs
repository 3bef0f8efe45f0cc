//! Figures as text, each beside the place in the JSON that it was read from, so that a page can be checked and scripted.

use std::fmt::Write as _;

use serde_json::Value;

use crate::report::markup::escaped;
use crate::snapshot::Snapshot;

/// One result with its JSON, to read figures from.
pub struct Told<'a> {
    /// The result.
    pub snapshot: &'a Snapshot,
    /// Its number on the page, from 0.
    pub number: usize,
    json: Value,
}

impl<'a> Told<'a> {
    /// The result that is the page's `number`th.
    pub fn new(snapshot: &'a Snapshot, number: usize) -> Result<Self, serde_json::Error> {
        let json = serde_json::to_value(snapshot)?;
        Ok(Self {
            snapshot,
            number,
            json,
        })
    }

    /// A figure: `shown` is what people read, the attributes are the JSON's own value and its JSON pointer.
    pub fn figure(&self, pointer: &str, shown: &str) -> String {
        marked(&self.json, self.number, pointer, shown)
    }

    /// Its name: as it was saved, else by its number in its session, else by when it was measured.
    pub fn name(&self) -> String {
        match (&self.snapshot.name, self.snapshot.trial) {
            (Some(name), _) => name.clone(),
            (None, Some(trial)) if trial > 1 => format!("trial {trial}"),
            _ => crate::report::format::second(&self.snapshot.started_at),
        }
    }
}

/// A figure of the page's `number`th JSON, as people read it, with the JSON's own value and its JSON pointer.
pub fn marked(json: &Value, number: usize, pointer: &str, shown: &str) -> String {
    let value = json.pointer(pointer).unwrap_or(&Value::Null);
    format!(
        "<span data-of=\"{number}\" data-figure=\"{}\" data-value=\"{}\">{}</span>",
        escaped(pointer),
        escaped(&value.to_string()),
        escaped(shown)
    )
}

/// A table; the first cell of a row is a name, the others are figures. Cells are markup already.
pub fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let heads: Vec<String> = heads.iter().map(|head| escaped(head)).collect();
    let body: String = rows.iter().map(|row| line("td", row)).collect();
    format!(
        "<div class=\"card scroll\"><table><thead>{}</thead><tbody>\n{body}</tbody></table></div>\n",
        line("th", &heads)
    )
}

fn line(tag: &str, cells: &[String]) -> String {
    let mut text = String::from("<tr>");
    for (at, cell) in cells.iter().enumerate() {
        let class = if at == 0 { "" } else { " class=\"n\"" };
        let _ = write!(text, "<{tag}{class}>{cell}</{tag}>");
    }
    text + "</tr>\n"
}

/// A chart with its heading and a line that says what the axes are.
pub fn figure(class: &str, title: &str, axes: &str, svg: &str) -> String {
    format!(
        "<figure class=\"{class}\"><figcaption><h3>{}</h3><span>{}</span></figcaption>\n{svg}</figure>\n",
        escaped(title),
        escaped(axes)
    )
}

/// A square in a series' colour.
pub fn chip(series: usize) -> String {
    let color = super::ink::Ink::Series(series).variable();
    format!("<i class=\"chip\" style=\"background:{color}\"></i>")
}
