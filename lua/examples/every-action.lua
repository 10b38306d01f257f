-- Each action once, with the keys that it can have.  docs/widgets.md quotes it.

fields { shoe_size = "number", joined = "time", note = { "text", safe = true } }

campaign "every-action" {
  show = {
    header { "X-Tier", "{{ tier | none }}" },

    html         { at = "main", op = "prepend", html = "<p>Hello, {{ name | you }}</p>" },
    before       { at = "#hero", text = "As <text>: escaped, {{ name }} too" },
    after        { at = "#hero", html = "<div>{{{ note }}}</div>" },
    prepend      { at = "h1", text = "★ ", every = true },
    append       { at = "li", text = " ✓", limit = 3 },
    replace      { at = "#old", html = "<p>new</p>" },
    inner        { at = "title", text = "For {{ name | you }}" },
    remove       { at = ".ad" },
    set_attr     { at = "a.account", name = "href", value = "/account/{{ name }}" },
    remove_attr  { at = "input[disabled]", name = "disabled" },
    add_class    { at = "body", class = "tier-{{ tier | none }}" },
    remove_class { at = "body", class = "guest" },

    welcome_bar {
      text = "{{ left }} more for free delivery", url = "/cart", link = "To the cart",
      values = { left = function(visitor) return "฿" .. math.max(0, 1500 - visitor.cart_total) end },
      close = "Close", label = "Delivery", background = "#123c69", color = "#fff",
    },
    banner {
      at = "#hero", op = "after", title = "New lamps", text = "Lit by hand", url = "/category/light/",
      link = "See them", image = "/img/lamp.svg", alt = "A lamp", width = 640, height = 360,
    },
    recommendations {
      at = "#related", op = "replace", heading = "For you, {{ name | friend }}", count = 4,
      strategy = { "visitor", "bought_with", "segment", "popular:{{ ctx.category }}", "popular" },
    },
    coupon {
      at = "main", op = "append", pool = "autumn", ttl = "48h", side = true,
      title = "A present", text = "{{ code }}: 10% off", expires = "Until {{ expires }}",
      url = "/cart", link = "Use it",
    },
  },
}
