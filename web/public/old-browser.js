/* For browsers that can't read the client's own scripts: written for the oldest of them. Without it they see nothing. */
(function () {
	var modules = "noModule" in document.createElement("script");
	if (modules && String.prototype.replaceAll && window.Promise && window.Promise.allSettled) return;
	var app = document.getElementById("app");
	app.style.cssText = "max-width:27em;margin:2em auto;padding:0 1em;font-family:sans-serif";
	app.textContent =
		"This browser is too old for Balai. Please update it, or open the link in a current Chrome, Firefox, Edge or Safari. / " +
		"Peramban ini terlalu lama untuk Balai. Silakan perbarui, atau buka tautan ini di Chrome, Firefox, Edge, atau Safari terbaru.";
})();
