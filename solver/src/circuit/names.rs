//! Names that are kept once and spoken of by number.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// A set of names, numbered from 0 in the order in which they were first seen.
///
/// All text lies in one buffer, and the hash table holds numbers only: a name costs its own length and about 16 bytes.
#[derive(Clone, Debug)]
pub struct Names {
    text: String,
    /// The end of each name in the buffer.
    ends: Vec<u32>,
    /// Open addressing: the upper half of the hash, and number + 1 in the lower half; 0 for a free slot. The length is a
    /// power of two.
    slots: Vec<u64>,
    hasher: RandomState,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            text: String::new(),
            ends: Vec::new(),
            slots: vec![0_u64; 16],
            hasher: RandomState::new(),
        }
    }
}

impl Names {
    /// The number of a name, which is added if it is new. `None` when the buffer is full (4 GiB of text).
    pub fn intern(&mut self, name: &str) -> Option<u32> {
        if 4 * (self.ends.len() + 1) > 3 * self.slots.len() {
            self.grow();
        }
        let hash = self.hasher.hash_one(name);
        let (slot, found) = self.find(name, hash);
        if found.is_some() {
            return found;
        }
        let number = u32::try_from(self.ends.len())
            .ok()
            .filter(|&number| number < u32::MAX)?;
        let end = u32::try_from(self.text.len() + name.len()).ok()?;
        self.text.push_str(name);
        self.ends.push(end);
        if let Some(free) = self.slots.get_mut(slot) {
            *free = (hash & UPPER) | u64::from(number + 1);
        }
        Some(number)
    }

    /// The number of a name that was seen before.
    pub fn get(&self, name: &str) -> Option<u32> {
        self.find(name, self.hasher.hash_one(name)).1
    }

    /// The name with a number; empty for a number that was not given out.
    pub fn name(&self, number: u32) -> &str {
        let index = number as usize;
        let start = index
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |&end| end as usize);
        self.ends
            .get(index)
            .and_then(|&end| self.text.get(start..end as usize))
            .unwrap_or("")
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All names in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|number| self.name(number))
    }

    /// The slot of a name and its number, or the free slot where it belongs.
    fn find(&self, name: &str, hash: u64) -> (usize, Option<u32>) {
        let mask = self.slots.len() - 1;
        let mut slot = first_slot(hash, mask);
        while let Some(&entry) = self.slots.get(slot) {
            if entry == 0 {
                break;
            }
            let number = entry as u32 - 1;
            if entry & UPPER == hash & UPPER && self.name(number) == name {
                return (slot, Some(number));
            }
            slot = (slot + 1) & mask;
        }
        (slot, None)
    }

    fn grow(&mut self) {
        let mask = 2 * self.slots.len() - 1;
        let old = std::mem::replace(&mut self.slots, vec![0; mask + 1]);
        for entry in old.into_iter().filter(|&entry| entry != 0) {
            let mut slot = first_slot(entry, mask);
            while self.slots.get(slot).is_some_and(|&other| other != 0) {
                slot = (slot + 1) & mask;
            }
            if let Some(free) = self.slots.get_mut(slot) {
                *free = entry;
            }
        }
    }
}

/// The half of a slot that keeps the hash.
const UPPER: u64 = 0xffff_ffff_0000_0000;

/// Where the search for a name begins. Only the kept half of the hash is used, so that slots can be moved without their names.
fn first_slot(hash: u64, mask: usize) -> usize {
    (hash >> 32) as usize & mask
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn names_get_numbers_in_order_and_keep_them() {
        let mut names = Names::default();
        for number in 0..5000 {
            assert_eq!(names.intern(&format!("n{number}")), Some(number));
        }
        assert_eq!(names.intern("n17"), Some(17));
        assert_eq!(names.get("n4999"), Some(4999));
        assert_eq!(names.get("m"), None);
        assert_eq!(names.name(42), "n42");
        assert_eq!(names.name(5000), "");
        assert_eq!(names.len(), 5000);
        assert_eq!(names.iter().nth(3), Some("n3"));
    }
}
