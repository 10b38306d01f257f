-- Bought before, and not for two months: a code of their own brings them back.

campaign "come-back" {
  segments = "at_risk", group = "top", priority = 40, pages = "~^/(?!th/)", timezone = "Asia/Bangkok",
  show = {
    welcome_bar { text = "We missed you, {{ name | friend }}: there is something for you on this page." },
    coupon {
      at = "main", op = "prepend", pool = "comeback", ttl = "48h", title = "15% off your next order",
      text = "Your code: {{ code }}", expires = "Until {{ expires }}", url = "/cart", link = "Use it now",
    },
  },
}

campaign "come-back-th" {
  segments = "at_risk", group = "top", priority = 40, pages = "~^/th/", timezone = "Asia/Bangkok",
  show = {
    welcome_bar { text = "คิดถึงนะคะ คุณ{{ name | ลูกค้า }} มีของขวัญให้คุณในหน้านี้", label = "คิดถึง", close = "ปิด" },
    coupon {
      at = "main", op = "prepend", pool = "comeback", ttl = "48h", title = "ลด 15% สำหรับคำสั่งซื้อถัดไป",
      text = "โค้ดของคุณ: {{ code }}", expires = "ใช้ได้ถึง {{ expires }}", label = "คูปอง", close = "ปิด",
      url = "/th/cart", link = "ใช้เลย",
    },
  },
}
