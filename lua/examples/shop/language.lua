-- Someone whose browser speaks Thai reads an English page.  This follows from
-- the request alone: no consent, no profile, no id.

campaign "speaks-thai" {
  pages = "~^/(?!th/)",
  when = function(visitor, ctx) return matches(ctx.language, "^th\\b") end,
  show = append {
    at = "header .tools",
    html = '<a class="pz-language" lang="th" hreflang="th" href="/th{{ ctx.path }}">อ่านหน้านี้เป็นภาษาไทย</a>',
  },
}
