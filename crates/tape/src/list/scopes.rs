//! Scopes: stretches of the recording that have a name.

/// Scopes as they were opened and closed.
///
/// A scope is known by where its opening stands among the events, so that scopes may be closed in
/// any order: each ends where it was closed, whichever was opened last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scopes {
    events: Vec<Event>,
}

#[derive(Clone, Debug)]
struct Event {
    /// The number of entries recorded before.
    entry: u32,
    /// How many scopes are open after it.
    open: usize,
    change: Change,
}

#[derive(Clone, Debug)]
enum Change {
    Opened(String),
    /// The scope whose opening has this index was closed.
    Closed(usize),
}

impl Scopes {
    /// Opens a scope before entry `entry`. Returns the index of its opening, to close it by.
    pub fn open(&mut self, entry: u32, name: String) -> usize {
        let opening = self.events.len();
        self.push(entry, self.count_open() + 1, Change::Opened(name));
        opening
    }

    /// Closes an open scope before entry `entry`.
    pub fn close(&mut self, entry: u32, opening: usize) {
        self.push(entry, self.count_open() - 1, Change::Closed(opening));
    }

    /// Closes every open scope before entry `entry`.
    pub fn close_all(&mut self, entry: u32) {
        if self.count_open() == 0 {
            return;
        }
        let mut paths = self.paths();
        paths.advance(usize::MAX);
        let open: Vec<usize> = paths.open.iter().map(|&(opening, _)| opening).collect();
        for opening in open.into_iter().rev() {
            self.close(entry, opening);
        }
    }

    /// The scopes of one entry after the other.
    pub fn paths(&self) -> Paths<'_> {
        Paths {
            events: &self.events,
            next: 0,
            open: Vec::new(),
        }
    }

    /// How many events there were.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Removes all but the first `len` events.
    pub fn truncate(&mut self, len: usize) {
        self.events.truncate(len);
    }

    fn count_open(&self) -> usize {
        self.events.last().map_or(0, |event| event.open)
    }

    fn push(&mut self, entry: u32, open: usize, change: Change) {
        self.events.push(Event {
            entry,
            open,
            change,
        });
    }
}

/// Walks along the entries and knows which scopes are open.
pub(crate) struct Paths<'s> {
    events: &'s [Event],
    next: usize,
    /// The open scopes in the order of opening, each with the index of its opening.
    open: Vec<(usize, &'s str)>,
}

impl Paths<'_> {
    /// The names of the scopes that entry `index` lies in, outermost first. Entries must be asked
    /// for in rising order.
    pub fn of(&mut self, index: usize) -> Vec<String> {
        self.advance(index);
        self.open.iter().map(|&(_, name)| name.to_owned()).collect()
    }

    /// Takes in what happened before entry `index`.
    fn advance(&mut self, index: usize) {
        while let Some(event) = self.events.get(self.next) {
            if event.entry as usize > index {
                break;
            }
            match &event.change {
                Change::Opened(name) => self.open.push((self.next, name)),
                Change::Closed(opening) => self.open.retain(|(open, _)| open != opening),
            }
            self.next += 1;
        }
    }
}
