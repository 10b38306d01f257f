-- The CRM says who is a VIP.  A header tells the systems behind and in front.

campaign "vip" {
  segments = "vip", group = "top", priority = 30, pages = "~^/(?!th/)",
  show = {
    header { "X-Service", "vip" },
    add_class { at = "body", class = "is-vip" },
    welcome_bar {
      text = "{{ name | Dear guest }}, your {{ tier | gold }} tier sends everything free, tomorrow.",
      background = "#3b2f0b", color = "#fde68a",
    },
  },
}

campaign "vip-th" {
  segments = "vip", group = "top", priority = 30, pages = "~^/th/",
  show = {
    header { "X-Service", "vip" },
    add_class { at = "body", class = "is-vip" },
    welcome_bar {
      text = "คุณ{{ name | ลูกค้า }} สมาชิกระดับ {{ tier | gold }} ส่งฟรีทุกชิ้น ถึงพรุ่งนี้",
      background = "#3b2f0b", color = "#fde68a", label = "สมาชิกพิเศษ", close = "ปิด",
    },
  },
}

campaign "vip-private-sale" {
  segments = "vip", pages = { "/", "/th/" },
  show = banner {
    at = "#hero", op = "after", image = "/img/lantern.svg", alt = "", width = 400, height = 225,
    title = "Private viewing · รอบชมพิเศษ",
    text = "Lanterns of the new firing, for {{ name | you }} first. · โคมรุ่นใหม่ เปิดให้คุณชมก่อนใคร",
    url = "/category/light/", link = "See them · ดูเลย",
  },
}
