/* SPDX-License-Identifier: MIT */
#include "common/views/paper.h"
#include "common/base/check.h"
#include "common/base/text.h"
#include <stdlib.h>
#include <string.h>

/* The states have colors of Okabe and Ito; red is for what went wrong alone. Without color, height,
 * hatching, and signs tell things apart. Text has a contrast of 4.5:1, all else of 3:1. */
const char paper_head[] =
    "<style>svg{background:#fff;font:24px sans-serif}text{fill:#111}.big{font:bold 42px sans-serif}"
    ".said,.sign{font:bold 34px sans-serif}.lane{font:bold 30px sans-serif;text-anchor:end}"
    ".l24{font-size:24px}.l18{font-size:18px}.b{font-weight:bold}.soft{fill:#555}"
    ".mid,.tick{text-anchor:middle}.end{text-anchor:end}.wrong{fill:#b3261e;font-weight:bold}"
    ".label{stroke:#fff;stroke-width:7;paint-order:stroke;stroke-linejoin:round}"
    ".wide{stroke-width:16}.on-inside{fill:#111}.on-red{fill:#fff;font-weight:bold}.page{fill:#fff}"
    ".gap{stroke:#fff;stroke-width:12;fill:none}"
    ".grid{stroke:#ccc;stroke-width:2}.limit{stroke:#555;stroke-width:4;stroke-dasharray:12 8}"
    ".bar{stroke-width:2}.idle{fill:#767676;stroke:#767676}.running{fill:#dcecf7;stroke:#0072b2}"
    ".waiting{fill:url(#hatch);stroke:#8a5a00}.inside{fill:#009e73;stroke:#00503a}"
    ".red{fill:#b3261e;stroke:#b3261e}.held{fill:#00694d}.unknown{fill:#555}"
    ".new{fill:#0072b2;stroke:#003c60}.strip{stroke:none;shape-rendering:crispEdges}"
    ".note,.sent,.unread{stroke:#111;stroke-width:3.5;fill:none}.sent{marker-end:url(#tip)}"
    ".unread{stroke-dasharray:3 7}.lost,.bad,.cross,.flaw{stroke:#b3261e;stroke-width:5;fill:none}"
    ".cross{stroke-width:7}.lost{stroke-dasharray:14 9}.bad{marker-end:url(#redtip)}"
    ".tip{fill:#111}.redtip{fill:#b3261e}"
    "@media(prefers-color-scheme:dark){svg{background:#111}text{fill:#eee}.soft{fill:#b5b5b5}"
    ".wrong{fill:#ff8a80}.page{fill:#111}.label,.gap{stroke:#111}.grid{stroke:#444}"
    ".limit{stroke:#b5b5b5}"
    ".running{fill:#1c4e70;stroke:#7cc4f2}.waiting{stroke:#e69f00}.inside{stroke:#8fe3cb}"
    ".red{fill:#c62f27;stroke:#ffb4a9}.note,.sent,.unread{stroke:#eee}.new{stroke:#7cc4f2}"
    ".strip{stroke:none}"
    ".lost,.bad,.cross,.flaw{stroke:#ff8a80}.tip{fill:#eee}.redtip{fill:#ff8a80}}</style><defs>"
    "<pattern id='hatch' width='14' height='14' patternUnits='userSpaceOnUse' "
    "patternTransform='rotate(45)'><path class='page' d='M0 0h14v14H0z'/>"
    "<path fill='#e69f00' d='M0 0h6v14H0z'/></pattern>"
    "<marker id='tip' refX='3' refY='2' markerWidth='4' markerHeight='4' orient='auto'>"
    "<path class='tip' d='M0 0 4 2 0 4z'/></marker>"
    "<marker id='redtip' refX='3' refY='2' markerWidth='4' markerHeight='4' orient='auto'>"
    "<path class='redtip' d='M0 0 4 2 0 4z'/></marker></defs>"
    "<rect class='page' width='100%' height='100%'/>\n";

void put_xml(FILE *out, const char *text)
{
    for (; *text; text++)
        if (strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0) {
            (void)fputs("&#65533;", out);
            text += 2;
        } else
            (void)fprintf(out, strchr("<>&", *text) ? "&#%d;" : "%c", *text);
}

void put_text(FILE *out, const char *class, double x, double y, const char *text)
{
    (void)fprintf(out, "<text class='%s' x='%.0f' y='%.0f'>", class, x, y);
    put_xml(out, text);
    (void)fputs("</text>\n", out);
}

double put_lines(
    FILE *out, const char *class, double x, double y, double height, int max, const char *text)
{
    while (*text) {
        size_t length = utf8_prefix(text, (size_t)max), end = length;
        while (text[length] && end > 0 && (text[end] != ' ' || strchr("0123456789", text[end - 1])))
            end--; /* a number stays with its unit */
        if (end > 0)
            length = end;
        char *line = CHECK_NOT(NULL, strndup(text, length));
        put_text(out, class, x, y, line);
        free(line);
        y += height;
        text += length;
        text += strspn(text, " ");
    }
    return y;
}

double text_width(double letter, const char *text)
{
    int characters = 0;

    for (; *text; text++)
        characters += ((unsigned char)*text & 0xc0) != 0x80;
    return (characters + 0.5) * letter; /* few letters may all be wide */
}
