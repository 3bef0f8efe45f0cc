//! Lines and frames as strokes, for fonts leave gaps between the rows of a picture.

use std::fmt::Write as _;

/// The arms of a line character: up, down, left, right; 0 none, 1 thin, 2 thick.
#[must_use]
pub fn arms(symbol: &str) -> Option<[u8; 4]> {
    Some(match symbol {
        "─" => [0, 0, 1, 1],
        "│" => [1, 1, 0, 0],
        "━" => [0, 0, 2, 2],
        "├" => [1, 1, 0, 1],
        "┤" => [1, 1, 1, 0],
        "┝" => [1, 1, 0, 2],
        "┬" => [0, 1, 1, 1],
        "┴" => [1, 0, 1, 1],
        "┼" => [1, 1, 1, 1],
        "╭" => [0, 1, 0, 1],
        "╮" => [0, 1, 1, 0],
        "╰" => [1, 0, 0, 1],
        "╯" => [1, 0, 1, 0],
        _ => return None,
    })
}

/// Writes the strokes of a line character; `cell` is left, top, width and height.
pub fn write(out: &mut String, arms: [u8; 4], cell: (f64, f64, f64, f64), ink: &str) {
    let (left, top, width, height) = cell;
    let (x, y) = (left + width / 2.0, top + height / 2.0);
    let ends = [(x, top), (x, top + height), (left, y), (left + width, y)];
    for (arm, end) in arms.into_iter().zip(ends).filter(|(arm, _)| *arm > 0) {
        let thick = if arm > 1 { 2.4 } else { 1.1 };
        let _ = writeln!(
            out,
            "<path d=\"M{x:.1} {y:.1}L{:.1} {:.1}\" stroke=\"{ink}\" stroke-width=\"{thick}\" stroke-linecap=\"square\"/>",
            end.0, end.1
        );
    }
}
