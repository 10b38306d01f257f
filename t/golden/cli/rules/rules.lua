segment "loyal" { orders = { at_least = 3 } }

campaign "bar" {
  segments = "loyal", pages = "/", group = "top", priority = 1,
  show = {
    header { "X-Offer", "for {{ name }}" },
    before { at = "h1", html = "<p>{{ name | you }}, {{ ctx.city | nowhere }}</p>" },
    set_attr { at = "a", name = "title", value = 'from "{{ name }}"' },
  },
}

campaign "other" { group = "top", show = remove { at = "h1" } }
campaign "past" { to = "2026-01-01", show = remove { at = "h1" } }
campaign "test" {
  variants = { a = { append { at = "#none", text = "a" } }, b = { append { at = "#none", text = "b" } } },
}
campaign "slots" {
  pages = "~^/slots",
  show = {
    recommendations { at = "#recs", op = "inner", heading = "For you", count = 2 },
    coupon { at = "main", op = "append", pool = "autumn", text = "{{ code }} for {{ name }}" },
  },
}
campaign "thai" { when = function(visitor, ctx) return ctx.language == "th" end, show = inner { at = "h1", text = "สวัสดี" } }
