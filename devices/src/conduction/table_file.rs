//! Tables of numbers as comma-separated text.

use super::ConductionError;

/// A table: the numbers of its header from the second column on, and its rows with the line each one stands in.
pub(super) struct Table {
    pub(super) header_line: usize,
    pub(super) header: Vec<f64>,
    pub(super) rows: Vec<(usize, Vec<f64>)>,
}

/// Reads a header (`v` and numbers) and rows of as many numbers. Empty lines and lines that start with `#` do not count.
pub(super) fn read(file: &str, text: &str) -> Result<Table, ConductionError> {
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let Some((header_line, first)) = lines.next() else {
        return Err(mistake(file, 1, 1, "the table is empty"));
    };
    let mut cells = first.split(',');
    if cells.next().is_none_or(|name| name.trim() != "v") {
        let problem = "the header starts with `v`, then the conductance of each level in siemens";
        return Err(mistake(file, header_line, 1, problem));
    }
    let header = cells
        .enumerate()
        .map(|(index, cell)| number(file, header_line, index + 2, cell))
        .collect::<Result<Vec<_>, _>>()?;
    let columns = header.len() + 1;
    let mut rows = Vec::new();
    for (line, content) in lines {
        let row = content
            .split(',')
            .enumerate()
            .map(|(index, cell)| number(file, line, index + 1, cell))
            .collect::<Result<Vec<_>, _>>()?;
        if row.len() != columns {
            let problem = format!("{} numbers where the header has {columns}", row.len());
            return Err(mistake(file, line, row.len().min(columns), &problem));
        }
        rows.push((line, row));
    }
    Ok(Table {
        header_line,
        header,
        rows,
    })
}

fn number(file: &str, line: usize, column: usize, cell: &str) -> Result<f64, ConductionError> {
    match cell.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => {
            let problem = format!("`{}` is not a finite number", cell.trim());
            Err(mistake(file, line, column, &problem))
        }
    }
}

/// An error at a place of the table.
pub(super) fn mistake(file: &str, line: usize, column: usize, problem: &str) -> ConductionError {
    ConductionError::Table {
        file: file.to_owned(),
        line,
        column,
        problem: problem.to_owned(),
    }
}
