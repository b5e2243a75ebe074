// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "cli/timeline/text.hpp"

namespace rproc::cli {

/// A point in a picture, in its units, from the upper left corner. For a text: the start of its baseline.
struct Point {
    double x;
    double y;
};

struct Size {
    double width;
    double height;
};

/// SVG elements in the order of drawing. A style sheet defines their look, by their class. Texts are escaped here.
class Drawing {
  public:
    void text(Point at, std::string_view css_class, std::string_view text) { anchored("start", at, css_class, text); }
    /// A text that ends at `at`.
    void text_before(Point at, std::string_view css_class, std::string_view text) {
        anchored("end", at, css_class, text);
    }
    void text_around(Point at, std::string_view css_class, std::string_view text) {
        anchored("middle", at, css_class, text);
    }

    /// A rectangle with sharp corners.
    void area(Point at, Size size, std::string_view css_class) {
        add(R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>)"
            "\n",
            css_class, at.x, at.y, size.width, size.height);
    }
    /// A rectangle with round corners.
    /// @param tip is the tooltip.
    void box(Point at, Size size, std::string_view css_class, std::string_view tip = {}) {
        const std::string title = tip.empty() ? std::string() : fmt::format("<title>{}</title>", escaped(tip));
        add(R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="3">{}</rect>)"
            "\n",
            css_class, at.x, at.y, size.width, size.height, title);
    }
    void line(Point from, Point to, std::string_view css_class) {
        add(R"(<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)"
            "\n",
            css_class, from.x, from.y, to.x, to.y);
    }
    /// A diamond.
    void diamond(Point middle, double radius, std::string_view css_class) {
        add(R"(<path class="{}" d="M{:.1f} {:.1f}l{r} {r}l-{r} {r}l-{r} -{r}z"/>)"
            "\n",
            css_class, middle.x, middle.y - radius, fmt::arg("r", radius));
    }

    void append(const Drawing& other) { svg_ += other.svg_; }
    [[nodiscard]] const std::string& svg() const noexcept { return svg_; }

  private:
    template <class... Args>
    void add(fmt::format_string<Args...> format, Args&&... args) {
        svg_ += fmt::format(format, std::forward<Args>(args)...);
    }
    void anchored(std::string_view anchor, Point at, std::string_view css_class, std::string_view text) {
        add(R"(<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}" xml:space="preserve">{}</text>)"
            "\n",
            css_class, at.x, at.y, anchor, escaped(text));
    }

    std::string svg_;
};

}  // namespace rproc::cli
