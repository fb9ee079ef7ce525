#!/usr/bin/env python3
"""A processing step: normalises a CSV file (normalise_csv.py IN OUT).

Spaces around fields go, header names become lower case with underscores, lines end in LF, and empty lines are dropped.
"""
import csv
import sys


def main():
    source, target = sys.argv[1:3]
    with open(source, newline="", encoding="utf-8-sig") as lines, open(target, "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        for number, row in enumerate(csv.reader(lines)):
            if not any(field.strip() for field in row):
                continue
            fields = [field.strip() for field in row]
            if number == 0:
                fields = [field.lower().replace(" ", "_") for field in fields]
            writer.writerow(fields)


if __name__ == "__main__":
    main()
