//! A table of things that the control side names by id, and the packet path finds by index.

use rustc_hash::FxHashMap;

/// Dense storage with stable indices. Ids are the control side's, and never come twice.
#[derive(Debug)]
pub struct Arena<T> {
    entries: Vec<Option<T>>,
    free: Vec<usize>,
    by_id: FxHashMap<u32, usize>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
            by_id: FxHashMap::default(),
        }
    }
}

impl<T> Arena<T> {
    /// Stores a thing under an id; returns its index. `None` when the id is taken.
    pub fn insert(&mut self, id: u32, thing: T) -> Option<usize> {
        if self.by_id.contains_key(&id) {
            return None;
        }
        let index = match self.free.pop() {
            Some(index) => {
                self.entries[index] = Some(thing);
                index
            }
            None => {
                self.entries.push(Some(thing));
                self.entries.len() - 1
            }
        };
        self.by_id.insert(id, index);
        Some(index)
    }

    /// Takes a thing out by its id.
    pub fn remove(&mut self, id: u32) -> Option<(usize, T)> {
        let index = self.by_id.remove(&id)?;
        let thing = self.entries[index].take()?;
        self.free.push(index);
        Some((index, thing))
    }

    /// The index behind an id.
    pub fn index(&self, id: u32) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// The thing at an index.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&T> {
        self.entries.get(index)?.as_ref()
    }

    /// The thing at an index.
    #[inline]
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.entries.get_mut(index)?.as_mut()
    }

    /// The thing behind an id.
    pub fn by_id_mut(&mut self, id: u32) -> Option<&mut T> {
        let index = self.index(id)?;
        self.get_mut(index)
    }

    /// Everything, with its index.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (usize, &mut T)> {
        self.entries
            .iter_mut()
            .enumerate()
            .filter_map(|(index, entry)| Some((index, entry.as_mut()?)))
    }

    /// One more than the highest index in use.
    pub fn end(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}
