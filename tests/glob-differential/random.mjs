// SplitMix64: small, seeded, the same everywhere.
export class Random {
  constructor(seed) { this.state = BigInt.asUintN(64, seed); }

  next() {
    this.state = BigInt.asUintN(64, this.state + 0x9e3779b97f4a7c15n);
    let z = this.state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  }

  below(limit) { return Number(this.next() % BigInt(limit)); }
  pick(list) { return list[this.below(list.length)]; }
  chance(percent) { return this.below(100) < percent; }
  sample(list, count) { return Array.from({length: count}, () => this.pick(list)); }
}
