use ratatui::layout::Rect;
use ratatui::style::Style;

use super::*;

fn screen(lines: &[&str], style: Style) -> Buffer {
    let width = lines.iter().map(|line| line.chars().count()).max();
    let width = u16::try_from(width.unwrap_or(0)).unwrap();
    let height = u16::try_from(lines.len()).unwrap();
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    for (row, line) in lines.iter().enumerate() {
        buffer.set_string(0, u16::try_from(row).unwrap(), line, style);
    }
    buffer
}

#[test]
fn every_word_stands_in_its_own_columns() {
    let picture = svg(&screen(&["│a ⣀b"], Style::new()), Paper::DARK);
    assert!(picture.contains("<text x=\"20.4\""), "{picture}");
    assert!(picture.contains(">a</text>"), "{picture}");
    assert!(
        picture.contains("<text x=\"37.2\" y=\"25.5\" textLength=\"16.8\""),
        "{picture}"
    );
    assert!(picture.contains(">⣀b</text>"), "{picture}");
}

#[test]
fn lines_reach_the_edges_of_their_cell() {
    let picture = svg(&screen(&["│"], Style::new()), Paper::DARK);
    assert!(picture.contains("L16.2 12.0"), "{picture}");
    assert!(picture.contains("L16.2 30.0"), "{picture}");
}

#[test]
fn blocks_fill_their_share_of_the_cell() {
    let picture = svg(&screen(&["▄"], Style::new()), Paper::DARK);
    assert!(
        picture.contains("y=\"21.00\" width=\"8.40\" height=\"9.00\""),
        "{picture}"
    );
}

#[test]
fn colours_and_backgrounds_are_kept() {
    let style = Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Indexed(196));
    let picture = svg(&screen(&["x"], style), Paper::DARK);
    assert!(picture.contains("fill=\"#010203\""), "{picture}");
    assert!(picture.contains("fill=\"#ff0000\""), "{picture}");
}

#[test]
fn text_cannot_break_out_of_the_picture() {
    let picture = svg(&screen(&["</text><script>&"], Style::new()), Paper::DARK);
    assert!(!picture.contains("<script>"), "{picture}");
    assert!(picture.contains("&lt;script&gt;&amp;"), "{picture}");
}

#[test]
fn hosts_are_masked_in_the_picture() {
    let lines = ["REAL kafka-7.prod.example.com:9092 · 10.1.2.3:9093"];
    let picture = svg(&screen(&lines, Style::new()), Paper::DARK);
    assert!(!picture.contains("example"), "{picture}");
    assert!(!picture.contains("10.1.2.3"), "{picture}");
    assert!(picture.contains("•••"), "{picture}");
}

#[test]
fn an_empty_screen_is_a_picture_too() {
    let picture = svg(&Buffer::empty(Rect::ZERO), Paper::LIGHT);
    assert!(picture.starts_with("<svg") && picture.ends_with("</svg>\n"));
}
