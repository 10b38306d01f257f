-- A season with a beginning and an end, by the shop's own clocks.

campaign "loy-krathong" {
  pages = { "/", "/th/" },
  from = "2026-11-15", to = "2026-11-30 23:59", timezone = "Asia/Bangkok",
  show = banner {
    at = ".product-list", op = "before", image = "/img/lantern.svg", alt = "", width = 400, height = 225,
    title = "Loy Krathong · ลอยกระทง",
    text = "Lanterns and candles, made for the full moon. · โคมและเทียนสำหรับคืนวันเพ็ญ",
    url = "/category/light/", link = "See the lights · ชมแสงไฟ",
  },
}
