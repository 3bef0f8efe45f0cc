//! Columns of text, as wide as their widest cell.

/// How the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// At the left.
    Left,
    /// At the right.
    Right,
}

/// Rows as lines with aligned columns, two spaces between; a row may have fewer cells than there are columns.
#[must_use]
pub fn lines(rows: &[Vec<String>], columns: &[Align]) -> Vec<String> {
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    rows.iter().map(|row| line(row, columns, &widths)).collect()
}

fn line(row: &[String], columns: &[Align], widths: &[usize]) -> String {
    let cells = row.iter().zip(columns).zip(widths);
    let padded = cells.map(|((cell, align), &width)| match align {
        Align::Left => format!("{cell:<width$}"),
        Align::Right => format!("{cell:>width$}"),
    });
    padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [
            vec!["ms".to_owned(), "p50".to_owned()],
            vec!["due → ack".to_owned(), "3.92".to_owned()],
        ];
        assert_eq!(
            lines(&rows, &[Align::Left, Align::Right]),
            ["ms          p50", "due → ack  3.92"]
        );
    }
}
