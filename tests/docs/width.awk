# SPDX-License-Identifier: MIT
# width.awk - whether a terminal of 120 columns has room for each line of a page,
# unless that is a picture or has an address, and a phone for each table's cell
#
# Usage: LC_ALL=C awk -f width.awk PROSE (which split.awk has made)
#
# Prints "LINE TEXT" for each that is too wide.

{ gsub(/[\200-\277]/, "") } # all but first bytes of characters

length($0) > 120 && !/<img |https?:|^!\[/ {
    print NR, "this line has " length($0) " columns, and not up to 120"
}

/^ *\|/ && !/<img / {
    gsub(/\]\([^)]*\)/, "")
    gsub(/[][`*]/, "")
    count = split($0, cell, / \| |^\| | \|$/)
    for (i = 1; i <= count; i++)
        if (length(cell[i]) > 72)
            print NR, "this cell has " length(cell[i]) \
                " characters, and not up to 72"
}
